// SPDX-License-Identifier: MIT
//
// The service kith.process/1 of a simulated machine: its table, argument checks and completions.
#include "simulated_processes.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>

namespace kith::testkit {

namespace {

constexpr std::uint64_t time_to_start = 1'000'000;

const kith_process_plugin &side(TenantResources &resources) noexcept {
    return *resources.side<kith_process_plugin>(KITH_PROCESS);
}

std::string text_of(const Op &op, const SimulatedProcesses::Running *one) {
    if (op.status >= 0) return {};
    if (one == nullptr) return op.name + ": " + std::string(status_sentence(op.status));
    if (op.status == KITH_LIMIT) return one->program.too_much();
    if (op.status == KITH_TIMED_OUT && one->waiter == op.id) return one->program.late();
    return one->program.path + ": " + std::string(status_sentence(op.status));
}

void started(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    ProcessProgram program = on.programs().started(op.id);
    std::uint64_t id = 0;
    if (op.status == KITH_OK) id = on.programs().begin(resources, std::move(program)).id;
    on.trace("process.started", op.id, op.status, op.name);
    const std::string text = text_of(op, nullptr);
    const Entered entered(*resources.tenant, "process.started");
    side(resources).started(resources.tenant->self(), op.user, op.id, op.status, str(text), id);
}

void read(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::string bytes;
    auto *one = on.programs().find(resources, op.number);
    if (one != nullptr) {
        one->reader = 0;
        if (op.status == KITH_OK) op.status = on.programs().take(*one, op.mode, bytes);
    } else if (op.status == KITH_OK) {
        op.status = KITH_CANCELLED;
    }
    on.trace("process.read", op.id, op.status, bytes);
    const std::string text = text_of(op, one);
    const Entered entered(*resources.tenant, "process.read");
    side(resources).read(resources.tenant->self(), op.user, op.id, op.status, str(text), bytes.data(),
                         static_cast<std::uint32_t>(bytes.size()));
}

void written(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    auto *one = on.programs().find(resources, op.number);
    if (one != nullptr) one->writer = 0;
    on.trace("process.written", op.id, op.status);
    const std::string text = text_of(op, one);
    const Entered entered(*resources.tenant, "process.written");
    side(resources).written(resources.tenant->self(), op.user, op.id, op.status, str(text));
}

void ended(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    auto *one = on.programs().find(resources, op.number);
    const bool over = one != nullptr && !one->run->running;
    if (!over && op.status == KITH_OK) op.status = KITH_CANCELLED;
    const std::string text = text_of(op, one);
    if (one != nullptr) one->waiter = 0;
    on.trace("process.ended", op.id, op.status);
    kith_process_end end{};
    if (over) end = {sizeof end, one->run->code, one->run->signal, 0, str(one->errors.text())};
    const Entered entered(*resources.tenant, "process.ended");
    side(resources).ended(resources.tenant->self(), op.user, op.id, op.status, str(text),
                          over && op.status != KITH_CANCELLED ? &end : nullptr);
}

std::int32_t start(const kith_host *host, const kith_process_program *given, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "process.start"); status != KITH_OK) return status;
    const auto *table = resources.side<kith_process_plugin>(KITH_PROCESS);
    if (!table || !table->started || !table->read || !table->written || !table->ended)
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_process_plugin");
    ProcessProgram program;
    std::string why;
    if (const std::int32_t status = read_program(given, program, why); status != KITH_OK) return resources.refuse(status, why);
    if (TenantRights *const rights = resources.tenant->rights())
        if (why = rights->why_not_run(program.path); !why.empty()) return resources.refuse(KITH_DENIED, why);
    std::size_t count = on.programs().count(resources);
    for (std::uint32_t at = resources.first; at != none; at = on.ops[at].next) count += on.ops[at].deliver == started ? 1 : 0;
    if (count >= KITH_PROCESS_MAX_OPEN)
        return resources.refuse(KITH_LIMIT, "64 programs of this instance are open; close those that are done with");
    Op &op = on.begin(resources, "process.start", started, user, id);
    op.name = program.path;
    const auto failing = on.failing_paths.find(SimulatedMachine::Body::normal(program.path));
    op.status = failing != on.failing_paths.end() ? failing->second
                : on.programs().has(program.path) ? KITH_OK
                                                  : KITH_NOT_FOUND;
    on.programs().starting(op.id) = std::move(program);
    on.ready_in(op, time_to_start);
    return KITH_OK;
}

// Begins an operation on a program, unless one of that kind is outstanding. which: the member that stores the operation.
template <class Begin>
std::int32_t ask(const kith_host *host, const char *what, std::uint64_t process, Begin &&begin) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, what); status != KITH_OK) return status;
    auto *one = on.programs().find(resources, process);
    if (one != nullptr) return begin(resources, *one);
    const bool other = on.socket(resources, process) != nullptr;
    return resources.refuse(other ? KITH_INVALID : KITH_STALE,
                            other ? "a program is expected" : "a program that is open is expected");
}

std::int32_t begin_read(const kith_host *host, std::uint64_t process, std::uint32_t max, std::uint64_t timeout,
                        std::uint64_t user, std::uint64_t *id) noexcept {
    return ask(host, "process.read", process, [&](TenantResources &resources, SimulatedProcesses::Running &one) {
        if (!one.program.output) return resources.refuse(KITH_INVALID, "its output was not asked for (KITH_PROCESS_OUTPUT)");
        if (one.reader != 0) return resources.refuse(KITH_BUSY, "a read of this program is outstanding already");
        if (max == 0) return resources.refuse(KITH_INVALID, "a read of 0 bytes");
        Op &op = resources.body->begin(resources, "process.read", read, user, id);
        op.number = process;
        op.mode = std::min(max, KITH_PROCESS_MAX_READ);
        one.reader = op.id;
        resources.body->time_out(op, timeout);
        resources.body->programs().serve(one);
        return KITH_OK;
    });
}

std::int32_t begin_write(const kith_host *host, std::uint64_t process, const void *data, std::uint32_t size,
                         std::uint64_t timeout, std::uint64_t user, std::uint64_t *id) noexcept {
    return ask(host, "process.write", process, [&](TenantResources &resources, SimulatedProcesses::Running &one) {
        if (size > KITH_PROCESS_MAX_WRITE) return resources.refuse(KITH_LIMIT, "a write takes at most 1048576 bytes");
        if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
        if (!one.program.input) return resources.refuse(KITH_INVALID, "its input was not asked for (KITH_PROCESS_INPUT)");
        if (one.writer != 0) return resources.refuse(KITH_BUSY, "a write to this program is outstanding already");
        if (one.input_ended) return resources.refuse(KITH_INVALID, "its input was shut down");
        Op &op = resources.body->begin(resources, "process.write", written, user, id);
        op.number = process;
        one.writer = op.id;
        resources.body->time_out(op, timeout);
        resources.body->programs().write(one, size == 0 ? std::string_view()
                                                        : std::string_view(static_cast<const char *>(data), size));
        return KITH_OK;
    });
}

std::int32_t shutdown(const kith_host *host, std::uint64_t process) noexcept {
    return ask(host, "process.shutdown", process, [&](TenantResources &resources, SimulatedProcesses::Running &one) {
        if (!one.program.input) return resources.refuse(KITH_INVALID, "its input was not asked for (KITH_PROCESS_INPUT)");
        if (one.writer != 0)
            return resources.refuse(KITH_BUSY, "a write to this program is outstanding; shut it down when it has completed");
        resources.body->programs().shut(one);
        return KITH_OK;
    });
}

std::int32_t begin_wait(const kith_host *host, std::uint64_t process, std::uint64_t user, std::uint64_t *id) noexcept {
    return ask(host, "process.wait", process, [&](TenantResources &resources, SimulatedProcesses::Running &one) {
        if (one.waiter != 0) return resources.refuse(KITH_BUSY, "another wait for this program is outstanding");
        Op &op = resources.body->begin(resources, "process.wait", ended, user, id);
        op.number = process;
        one.waiter = op.id;
        resources.body->programs().serve(one);
        return KITH_OK;
    });
}

// fail_call does not apply to these two: a caller could not handle a failure.
template <class F>
std::int32_t dismiss(const kith_host *host, const char *what, std::uint64_t process, F &&function) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    if (resources.monitor != nullptr) resources.monitor->on_call(what, true);
    auto *one = resources.body->programs().find(resources, process);
    if (one == nullptr) return resources.refuse(KITH_STALE, "a program that is open is expected");
    resources.body->trace(what, process);
    function(resources.body->programs(), *one);
    return KITH_OK;
}

constexpr kith_process_host table = {
    .start = start,
    .read = begin_read,
    .write = begin_write,
    .shutdown = shutdown,
    .wait = begin_wait,
    .end =
        [](const kith_host *host, std::uint64_t process) noexcept {
            return dismiss(host, "process.end", process, [](SimulatedProcesses &room, auto &one) { room.end(one); });
        },
    .close =
        [](const kith_host *host, std::uint64_t process) noexcept {
            return dismiss(host, "process.close", process, [](SimulatedProcesses &room, auto &one) { room.close(one); });
        },
};

} // namespace

const kith_process_host *process_service() noexcept { return &table; }

// ---- SimulatedMachine ----

void SimulatedMachine::program(std::string_view path, Program program) {
    body_->programs().have(path, [program = std::move(program)](const ProgramRun &) { return program; });
}
void SimulatedMachine::program(std::string_view path, ProgramHandler handler) {
    body_->programs().have(path, std::move(handler));
}
void SimulatedMachine::remove_program(std::string_view path) { body_->programs().lose(path); }
const std::deque<ProgramRun> &SimulatedMachine::runs() const { return body_->programs().runs(); }

} // namespace kith::testkit
