// SPDX-License-Identifier: MIT
//
// kith.file/1, kith.env/1 and kith.state/1 of a simulated machine.
#include "simulated_machine_body.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace kith::testkit {

namespace {

constexpr std::uint64_t disk = 50'000; // nanoseconds for one operation

std::string text_of(const Op &op) {
    return op.status < 0 ? op.name + ": " + std::string(status_sentence(op.status)) : std::string();
}

std::int32_t check(TenantResources &resources, kith_str path) {
    const auto *table = resources.side<kith_file_plugin>(KITH_FILE);
    if (table == nullptr || !table->read || !table->written || !table->changed) {
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_file_plugin");
    }
    if (path.size == 0 || view(path).find('\0') != std::string_view::npos) {
        return resources.refuse(KITH_INVALID, "a path is expected, without zero bytes");
    }
    if (const auto why = resources.why_not_open(view(path)); !why.empty()) return resources.refuse(KITH_DENIED, why);
    return KITH_OK;
}

std::int32_t check_state(TenantResources &resources) {
    const auto *table = resources.side<kith_state_plugin>(KITH_STATE);
    if (table == nullptr || !table->loaded || !table->saved) {
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_state_plugin");
    }
    return resources.body->has_state_dir ? KITH_OK : resources.refuse(KITH_UNSUPPORTED, "no state_dir is configured");
}

std::string parent(const std::string &path) { return std::filesystem::path(path).parent_path().string(); }

std::int32_t failing(const SimulatedMachine::Body &on, std::string_view path) {
    const auto found = on.failing_paths.find(path);
    return found == on.failing_paths.end() ? KITH_OK : found->second;
}

void read(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    kith_file_info info{};
    std::string bytes;
    if (op.status == KITH_OK) {
        if (const auto found = on.files.find(op.name); failing(on, op.name) == KITH_OK && found != on.files.end())
            info = on.info(found->second);
        op.status = on.read_file(op.name, op.number, bytes);
    }
    on.trace("file.read", op.id, op.status, bytes);
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "file.read");
    resources.side<kith_file_plugin>(KITH_FILE)->read(resources.tenant->self(), op.user, op.id, op.status, str(text),
                                                      bytes.data(), bytes.size(), &info);
}

void written(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    if (op.status == KITH_OK) op.status = failing(on, op.name);
    if (op.status == KITH_OK) {
        const auto found = on.files.find(op.name);
        const auto above = on.files.find(parent(op.name));
        if (above == on.files.end()) {
            op.status = KITH_NOT_FOUND;
        } else if (!above->second.directory || (found != on.files.end() && found->second.directory)) {
            op.status = KITH_INVALID;
        } else {
            on.put(op.name, op.data, {op.mode, on.user_id, on.user_id});
        }
    }
    on.trace("file.written", op.id, op.status, op.data);
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "file.written");
    resources.side<kith_file_plugin>(KITH_FILE)->written(resources.tenant->self(), op.user, op.id, op.status, str(text));
}

void changed(TenantResources &resources, Op &op) {
    resources.body->trace("file.changed", op.id, op.status);
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "file.changed");
    resources.side<kith_file_plugin>(KITH_FILE)->changed(resources.tenant->self(), op.user, op.id, op.status, str(text));
}

constexpr kith_file_host file_table = {
    .read = [](const kith_host *host, kith_str path, std::uint64_t max, std::uint64_t user,
               std::uint64_t *id) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        SimulatedMachine::Body &on = *resources.body;
        if (const std::int32_t status = on.called(resources, "file.read"); status != KITH_OK) return status;
        if (const std::int32_t status = check(resources, path); status != KITH_OK) return status;
        Op &op = on.begin(resources, "file.read", read, user, id);
        op.name = SimulatedMachine::Body::normal(view(path));
        op.number = std::min<std::uint64_t>(max, KITH_FILE_MAX_READ);
        on.ready_in(op, disk);
        return KITH_OK;
    },
    .write = [](const kith_host *host, kith_str path, const void *data, std::uint64_t size, std::uint32_t mode,
                std::uint64_t user, std::uint64_t *id) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        SimulatedMachine::Body &on = *resources.body;
        if (const std::int32_t status = on.called(resources, "file.write"); status != KITH_OK) return status;
        if (const std::int32_t status = check(resources, path); status != KITH_OK) return status;
        if (size > KITH_FILE_MAX_READ) return resources.refuse(KITH_LIMIT, "a file of at most 67108864 bytes is written");
        if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
        Op &op = on.begin(resources, "file.write", written, user, id);
        op.name = SimulatedMachine::Body::normal(view(path));
        op.mode = mode & 07777;
        if (size != 0) op.data.assign(static_cast<const char *>(data), size);
        on.ready_in(op, disk);
        return KITH_OK;
    },
    .watch = [](const kith_host *host, kith_str path, std::uint64_t version, std::uint64_t user,
                std::uint64_t *id) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        SimulatedMachine::Body &on = *resources.body;
        if (const std::int32_t status = on.called(resources, "file.watch"); status != KITH_OK) return status;
        if (const std::int32_t status = check(resources, path); status != KITH_OK) return status;
        Op &op = on.begin(resources, "file.watch", changed, user, id);
        op.name = SimulatedMachine::Body::normal(view(path));
        op.number = version;
        if (on.version(op.name) != version) {
            on.ready(op, KITH_OK);
        } else {
            on.watches.push_back(op.id);
        }
        return KITH_OK;
    },
};

constexpr kith_env_host env_table = {
    .get = [](const kith_host *host, kith_str name, kith_str *out) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        if (resources.monitor != nullptr) resources.monitor->on_call("env.get", false);
        if (!resources.tenant->may_read(view(name))) {
            return resources.refuse(KITH_DENIED,
                                    "the variable " + std::string(view(name)) + " is not declared in the descriptor's `env`");
        }
        if (TenantRights *const rights = resources.tenant->rights())
            if (const auto why = rights->why_not_read(view(name)); !why.empty()) return resources.refuse(KITH_DENIED, why);
        const auto found = resources.body->variables.find(view(name));
        if (found == resources.body->variables.end()) return KITH_NOT_FOUND;
        *out = str(*found->second);
        return KITH_OK;
    },
};

void loaded(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::string_view bytes;
    const auto found = on.states.find(resources.instance);
    if (op.status == KITH_OK) op.status = on.state_status;
    if (op.status == KITH_OK && found == on.states.end()) op.status = KITH_NOT_FOUND;
    if (op.status == KITH_OK) bytes = found->second;
    on.trace("state.loaded", op.id, op.status, bytes);
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "state.loaded");
    resources.side<kith_state_plugin>(KITH_STATE)
        ->loaded(resources.tenant->self(), op.user, op.id, op.status, str(text), bytes.data(), bytes.size());
}

void saved(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    if (op.status == KITH_OK) op.status = on.state_status;
    if (op.status == KITH_OK) on.states[resources.instance] = op.data;
    on.trace("state.saved", op.id, op.status, op.data);
    const std::string text = text_of(op);
    const Entered entered(*resources.tenant, "state.saved");
    resources.side<kith_state_plugin>(KITH_STATE)->saved(resources.tenant->self(), op.user, op.id, op.status, str(text));
}

constexpr kith_state_host state_table = {
    .load = [](const kith_host *host, std::uint64_t user, std::uint64_t *id) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        SimulatedMachine::Body &on = *resources.body;
        if (const std::int32_t status = on.called(resources, "state.load"); status != KITH_OK) return status;
        if (const std::int32_t status = check_state(resources); status != KITH_OK) return status;
        Op &op = on.begin(resources, "state.load", loaded, user, id);
        op.name = "state of " + resources.instance;
        on.ready_in(op, disk);
        return KITH_OK;
    },
    .save = [](const kith_host *host, const void *data, std::uint64_t size, std::uint64_t user,
               std::uint64_t *id) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        SimulatedMachine::Body &on = *resources.body;
        if (const std::int32_t status = on.called(resources, "state.save"); status != KITH_OK) return status;
        if (const std::int32_t status = check_state(resources); status != KITH_OK) return status;
        if (size > KITH_STATE_MAX) return resources.refuse(KITH_LIMIT, "the state of an instance has at most 65536 bytes");
        if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
        const Tenant::MaySave may = resources.tenant->may_save();
        if (may == Tenant::MaySave::never)
            return resources.refuse(KITH_CANCELLED,
                                    "another instance has taken the place of this one, and saves the state now");
        if (may == Tenant::MaySave::later && resources.held_saves.size() >= World::most_held_saves)
            return resources.refuse(KITH_BUSY, std::to_string(World::most_held_saves) +
                                                   " saves wait, because another instance may take the place of this one");
        Op &op = on.begin(resources, "state.save", saved, user, id);
        op.name = "state of " + resources.instance;
        if (size != 0) op.data.assign(static_cast<const char *>(data), size);
        if (may == Tenant::MaySave::later)
            resources.held_saves.push_back(op.id);
        else
            on.ready_in(op, disk);
        return KITH_OK;
    },
};

} // namespace

std::int32_t SimulatedMachine::Body::read_file(const std::string &path, std::uint64_t max, std::string &out) const {
    const std::string at = normal(path);
    if (const std::int32_t status = failing(*this, at); status != KITH_OK) return status;
    const auto found = files.find(at);
    if (found == files.end()) return KITH_NOT_FOUND;
    if (found->second.directory) return KITH_INVALID;
    if (!may_read(found->second)) return KITH_DENIED;
    if (found->second.bytes.size() > max) return KITH_LIMIT;
    out = found->second.bytes;
    return KITH_OK;
}

const kith_file_host *file_service() noexcept { return &file_table; }
const kith_env_host *env_service() noexcept { return &env_table; }
const kith_state_host *state_service() noexcept { return &state_table; }

// ---- files ----

std::string SimulatedMachine::Body::normal(std::string_view path) {
    std::string out = (std::filesystem::path("/") / std::filesystem::path(path)).lexically_normal().string();
    if (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
}

bool SimulatedMachine::Body::may_read(const File &file) const noexcept {
    if (user_id == 0) return true;
    if (file.traits.owner == user_id) return (file.traits.mode & 0400) != 0;
    return (file.traits.mode & (file.traits.group == user_id ? 040u : 04u)) != 0;
}

kith_file_info SimulatedMachine::Body::info(const File &file) const noexcept {
    return {file.bytes.size(),
            file.version,
            file.modified,
            file.traits.mode,
            file.traits.owner,
            file.traits.group,
            file.traits.owner == user_id ? 1u : 0u};
}

std::uint64_t SimulatedMachine::Body::version(const std::string &path) const {
    const auto found = files.find(path);
    return found == files.end() ? 0 : found->second.version;
}

void SimulatedMachine::Body::put(const std::string &path, std::string_view bytes, FileTraits traits) {
    files[path] = {std::string(bytes), traits, ++file_version + 1, net.wall_ns() + wall_skew.load(), false};
    changed(path);
}

void SimulatedMachine::Body::changed(const std::string &path) {
    std::erase_if(watches, [&](std::uint64_t id) {
        Op *op = find(id);
        if (op == nullptr || op->ready) return true;
        if (op->name != path || version(path) == op->number) return false;
        ready(*op, KITH_OK);
        return true;
    });
}

void SimulatedMachine::file(std::string_view path, std::string_view bytes, FileTraits traits) {
    const std::string normal = Body::normal(path);
    if (const std::string above = parent(normal); !body_->files.contains(above)) directory(above);
    body_->put(normal, bytes, traits);
}

void SimulatedMachine::directory(std::string_view path) {
    const std::string normal = Body::normal(path);
    if (const std::string above = parent(normal); !body_->files.contains(above)) directory(above);
    body_->files[normal] = {{}, {0755, 0, 0}, ++body_->file_version + 1, net_.wall_ns(), true};
}

void SimulatedMachine::remove(std::string_view path) {
    const std::string normal = Body::normal(path);
    if (body_->files.erase(normal) != 0) body_->changed(normal);
}

std::optional<std::string> SimulatedMachine::file(std::string_view path) const {
    const auto found = body_->files.find(Body::normal(path));
    if (found == body_->files.end() || found->second.directory) return std::nullopt;
    return found->second.bytes;
}

void SimulatedMachine::fail_path(std::string_view path, std::int32_t status) {
    if (status == KITH_OK) {
        body_->failing_paths.erase(Body::normal(path));
    } else {
        body_->failing_paths[Body::normal(path)] = status;
    }
}

void SimulatedMachine::user(std::uint32_t id) { body_->user_id = id; }

void SimulatedMachine::env(std::string_view name, std::string_view value) {
    body_->values.emplace_back(value);
    body_->variables[std::string(name)] = &body_->values.back();
}

void SimulatedMachine::unset_env(std::string_view name) { body_->variables.erase(std::string(name)); }

void SimulatedMachine::save_held(const kith_host &host) noexcept {
    TenantResources &resources = Body::seat_of(&host);
    for (const std::uint64_t id : std::exchange(resources.held_saves, {})) {
        Op *const op = body_->find(id);
        if (op != nullptr && !op->ready) body_->ready_in(*op, disk);
    }
}

void SimulatedMachine::state_dir(bool there) { body_->has_state_dir = there; }

void SimulatedMachine::fail_state(std::int32_t status) { body_->state_status = status; }

std::optional<std::string> SimulatedMachine::state(std::string_view instance) const {
    const auto found = body_->states.find(instance);
    if (found == body_->states.end()) return std::nullopt;
    return found->second;
}

void SimulatedMachine::state(std::string_view instance, std::string_view bytes) {
    body_->states[std::string(instance)] = bytes;
}

} // namespace kith::testkit
