// SPDX-License-Identifier: MIT
#include "../tenant_resources.hpp"
#include "child_process.hpp"
#include "spawn.hpp"

#include <kith/service/process.h>

#include <boost/asio/steady_timer.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace kith::app {

namespace {

void report_started(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                    std::string_view text, std::uint64_t id) {
    Entered guard(resources.tenant, "process.started");
    const auto *side = resources.side<kith_process_plugin>(KITH_PROCESS);
    side->started(resources.tenant.self(), user, op, status, borrow(text), id);
}

std::vector<std::string> environment() {
    std::vector<std::string> out;
    for (char **at = ::environ; at != nullptr && *at != nullptr; ++at) {
        const std::string_view one(*at);
        if (is_for_programs(one.substr(0, one.find('=')))) out.emplace_back(one);
    }
    return out;
}

std::shared_ptr<ChildProcess> adopt(TenantResources &resources, const ProcessProgram &program, Spawned &spawned,
                                    std::shared_ptr<int> share) {
    if (spawned.status != KITH_OK) return nullptr;
    try {
        auto child = std::make_shared<ChildProcess>(resources, program, std::move(spawned), std::move(share));
        resources.parts.children.insert(child);
        child->start();
        return child;
    } catch (const std::exception &failure) { // this also kills the program
        spawned.status = KITH_LIMIT;
        spawned.text = program.path + ": " + failure.what();
        return nullptr;
    }
}

// The result of the spawn. The tenant may have been closed meanwhile.
void begun(TenantResources &resources, std::uint64_t op, const ProcessProgram &program, Spawned spawned,
           std::shared_ptr<int> share) {
    auto child = adopt(resources, program, spawned, std::move(share));
    const auto ended = resources.take(op);
    if (!ended) return child ? child->close() : void();
    if (ended->abort) ended->abort();
    if (!child) return report_started(resources, ended->user, op, spawned.status, spawned.text, 0);
    const std::uint64_t id = ++resources.parts.last_id;
    resources.processes.emplace(id, std::move(child));
    report_started(resources, ended->user, op, KITH_OK, {}, id);
}

// The file system may block before there is a process to end.
void bound(TenantResources &resources, std::uint64_t op, const ProcessProgram &program,
           const std::shared_ptr<boost::asio::steady_timer> &timer) {
    if (program.timeout == 0) return;
    timer->expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(program.timeout, far_enough))));
    timer->async_wait(
        [me = resources.shared_from_this(), op, timer, text = program.path + ": not begun within its time"](const auto &error) {
            if (error) return;
            if (const auto ended = me->take(op)) report_started(*me, ended->user, op, KITH_TIMED_OUT, text, 0);
        });
}

std::int32_t start(TenantResources &resources, const kith_process_program *given, std::uint64_t user, std::uint64_t *op) {
    const auto *side = resources.side<kith_process_plugin>(KITH_PROCESS);
    if (side == nullptr || !side->started || !side->read || !side->written || !side->ended)
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_process_plugin");
    ProcessProgram program;
    std::string why;
    if (const std::int32_t status = read_program(given, program, why); status != KITH_OK) return resources.refuse(status, why);
    if (TenantRights *const rights = resources.tenant.rights())
        if (why = rights->why_not_run(program.path); !why.empty()) return resources.refuse(KITH_DENIED, why);
    if (resources.programs.use_count() > static_cast<long>(KITH_PROCESS_MAX_OPEN))
        return resources.refuse(KITH_LIMIT, "64 programs of this instance are open; close those that are done with");
    const auto cancelled = [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
        report_started(s, u, o, KITH_CANCELLED, cancelled_text(), 0);
    };
    const auto late = std::make_shared<boost::asio::steady_timer>(resources.io);
    const std::uint64_t id = resources.begin(op, {user, cancelled, [late] { late->cancel(); }});
    bound(resources, id, program, late);
    const std::string lane = program.path;
    try {
        resources.parts.programs.run(
            lane, [program, passed = environment()] { return spawn(program, passed); },
            [me = resources.shared_from_this(), id, program, share = resources.programs](Spawned spawned) mutable {
                begun(*me, id, program, std::move(spawned), std::move(share));
            });
    } catch (...) { // it has not begun
        resources.take(id);
        throw;
    }
    return KITH_OK;
}

template <class F>
std::int32_t with_child(const kith_host *host, std::uint64_t id, F &&function) noexcept {
    return guarded(host, [&](TenantResources &resources) {
        const auto found = resources.processes.find(id);
        return found == resources.processes.end() ? resources.no_such(id, "a program") : function(resources, *found->second);
    });
}

std::int32_t write(const kith_host *host, std::uint64_t id, const void *data, std::uint32_t size, std::uint64_t timeout,
                   std::uint64_t user, std::uint64_t *op) noexcept {
    return with_child(host, id, [&](TenantResources &resources, ChildProcess &child) {
        if (size > KITH_PROCESS_MAX_WRITE) return resources.refuse(KITH_LIMIT, "a write takes at most 1048576 bytes");
        if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
        return child.write({static_cast<const char *>(data), size}, timeout, user, op);
    });
}

std::int32_t close(const kith_host *host, std::uint64_t id) noexcept {
    return guarded(host, [&](TenantResources &resources) {
        const auto child = resources.processes.extract(id);
        if (!child) return resources.no_such(id, "a program");
        child.mapped()->close();
        return KITH_OK;
    });
}

constexpr kith_process_host process_functions = {
    .start =
        [](const kith_host *host, const kith_process_program *program, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return start(resources, program, user, op); });
        },
    .read =
        [](const kith_host *host, std::uint64_t id, std::uint32_t max, std::uint64_t timeout, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return with_child(host, id,
                              [&](TenantResources &, ChildProcess &child) { return child.read(max, timeout, user, op); });
        },
    .write = write,
    .shutdown =
        [](const kith_host *host, std::uint64_t id) noexcept {
            return with_child(host, id, [](TenantResources &, ChildProcess &child) { return child.shutdown(); });
        },
    .wait =
        [](const kith_host *host, std::uint64_t id, std::uint64_t user, std::uint64_t *op) noexcept {
            return with_child(host, id, [&](TenantResources &, ChildProcess &child) { return child.wait(user, op); });
        },
    .end =
        [](const kith_host *host, std::uint64_t id) noexcept {
            return with_child(host, id, [](TenantResources &, ChildProcess &child) {
                child.end();
                return KITH_OK;
            });
        },
    .close = close,
};

} // namespace

const void *process_table() noexcept { return &process_functions; }

} // namespace kith::app
