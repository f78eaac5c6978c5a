// SPDX-License-Identifier: MIT
#include "instance_path.hpp"
#include "read_and_replace_file.hpp"
#include "tenant_resources.hpp"

#include <kith/service/state.h>

#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <utility>

namespace kith::app {

namespace {

void report_loaded(TenantResources &resources, std::uint64_t user, std::uint64_t op, const Contents &contents) {
    Entered guard(resources.tenant, "state.loaded");
    resources.side<kith_state_plugin>(KITH_STATE)
        ->loaded(resources.tenant.self(), user, op, contents.status, borrow(contents.text), contents.data.data(),
                 contents.data.size());
}

void report_saved(TenantResources &resources, std::uint64_t user, std::uint64_t op, const Written &written) {
    Entered guard(resources.tenant, "state.saved");
    resources.side<kith_state_plugin>(KITH_STATE)
        ->saved(resources.tenant.self(), user, op, written.status, borrow(written.text));
}

std::int32_t check(TenantResources &resources) {
    const auto *side = resources.side<kith_state_plugin>(KITH_STATE);
    if (side == nullptr || !side->loaded || !side->saved)
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_state_plugin");
    if (resources.parts.options.state_dir.empty()) return resources.refuse(KITH_UNSUPPORTED, "no state_dir is configured");
    return KITH_OK;
}

Written keep(const std::string &directory, const std::string &path, std::string_view data) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return {KITH_IO, directory + ": " + std::strerror(errno)};
    return replace_whole(path, data, 0600);
}

std::int32_t load(TenantResources &resources, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check(resources); status != KITH_OK) return status;
    const std::string path = instance_path(resources, ".state");
    begin_on_disk(
        resources, path, user, op, [path] { return read_whole(path, KITH_STATE_MAX); }, report_loaded,
        [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
            report_loaded(s, u, o, {KITH_CANCELLED, std::string(cancelled_text()), {}, {}});
        });
    return KITH_OK;
}

void report_save_cancelled(TenantResources &resources, std::uint64_t user, std::uint64_t op) {
    report_saved(resources, user, op, {KITH_CANCELLED, std::string(cancelled_text())});
}

std::int32_t hold(TenantResources &resources, std::string bytes, std::uint64_t user, std::uint64_t *op) {
    if (resources.held_saves.size() >= World::most_held_saves)
        return resources.refuse(KITH_BUSY, std::to_string(World::most_held_saves) +
                                               " saves wait, because another instance may take the place of this one");
    resources.held_saves.emplace_back(resources.begin(op, {user, report_save_cancelled, {}}), std::move(bytes));
    return KITH_OK;
}

// What a save does on a worker thread.
auto work_of_save(const TenantResources &resources, const std::string &path, std::string bytes) {
    return [directory = resources.parts.options.state_dir, path, bytes = std::move(bytes)] {
        return keep(directory, path, bytes);
    };
}

void begin_held(TenantResources &resources, std::uint64_t op, std::string bytes) {
    const auto found = resources.pending.find(op);
    if (found == resources.pending.end() || found->second.ending) return; // it was cancelled
    const std::string path = instance_path(resources, ".state");
    run_on_disk(resources, path, op, work_of_save(resources, path, std::move(bytes)), report_saved);
}

std::int32_t save(TenantResources &resources, const void *data, std::uint64_t size, std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check(resources); status != KITH_OK) return status;
    if (size > KITH_STATE_MAX) return resources.refuse(KITH_LIMIT, "the state of an instance has at most 65536 bytes");
    if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
    std::string bytes(static_cast<const char *>(data), size);
    switch (resources.tenant.may_save()) {
    case Tenant::MaySave::now: break;
    case Tenant::MaySave::later: return hold(resources, std::move(bytes), user, op);
    case Tenant::MaySave::never:
        return resources.refuse(KITH_CANCELLED, "another instance has taken the place of this one, and saves the state now");
    }
    const std::string path = instance_path(resources, ".state");
    begin_on_disk(resources, path, user, op, work_of_save(resources, path, std::move(bytes)), report_saved,
                  report_save_cancelled);
    return KITH_OK;
}

constexpr kith_state_host state_functions = {
    .load =
        [](const kith_host *host, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return load(resources, user, op); });
        },
    .save =
        [](const kith_host *host, const void *data, std::uint64_t size, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return save(resources, data, size, user, op); });
        },
};

} // namespace

const void *state_table() noexcept { return &state_functions; }

void save_held_states(TenantResources &resources) noexcept {
    for (auto &[op, bytes] : std::exchange(resources.held_saves, {})) {
        try {
            begin_held(resources, op, std::move(bytes));
        } catch (...) { // it has not begun
            resources.cancel(op);
        }
    }
}

} // namespace kith::app
