// SPDX-License-Identifier: MIT
#include <core/engine/plugin_file_watch.hpp>

#include <kith/result.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

PluginFileWatch::PluginFileWatch(World &world, EngineLoop &engine_loop, EventBus &bus, const Registry &registry, Effect effect)
    : world_(world),
      engine_loop_(engine_loop),
      bus_(bus),
      effect_(std::move(effect)),
      service_(static_cast<const kith_file_host *>(world.service(KITH_FILE))) {
    for (const auto &library : registry.libraries()) {
        if (!library->file_state()) continue; // linked into the program
        File &file = files_.emplace_back();
        file.path = library->file();
        file.known = library->file_state();
    }
    handle_.struct_size = sizeof handle_;
    handle_.abi_minor = KITH_ABI_MINOR;
    handle_.instance = str("plugins");
    handle_.engine = this;
    handle_.error = [](const kith_host *, kith_str) {};
    world_.open(handle_, *this);
}

PluginFileWatch::~PluginFileWatch() { world_.close(handle_); }

void PluginFileWatch::start() {
    if (service_ == nullptr) return;
    for (File &file : files_) file.due = later(engine_loop_.now(), quiet);
    engine_loop_.soon();
}

// The limit is 0 bytes: the refusal contains the state of the file, and nothing else is needed.
void PluginFileWatch::look(std::uint64_t index) {
    File &file = files_[index];
    if (file.looking) return;
    std::uint64_t op = 0;
    file.looking = service_->read(&handle_, str(file.path), 0, index, &op) == KITH_OK;
    if (!file.looking) file.due = later(engine_loop_.now(), retry);
}

void PluginFileWatch::looked(std::uint64_t index, std::int32_t status, const kith_file_info *info) {
    File &file = files_[index];
    const Time now = engine_loop_.now();
    file.looking = false;
    engine_loop_.soon();
    const bool seen = status == KITH_OK || status == KITH_LIMIT;
    if (!seen && status != KITH_NOT_FOUND) {
        file.due = later(now, retry);
        return;
    }
    const State state = seen ? State({info->size, info->modified}) : State();
    const bool same = file.unsettled && file.candidate == state;
    if (!same || now >= file.due) {
        file.unsettled = state != file.known && !same;
        file.due = file.unsettled ? later(now, quiet) : never;
        file.candidate = state;
        if (same) {
            file.known = state;
            publish(file);
        }
    }
    watch(index, seen ? info->version : 0);
}

void PluginFileWatch::watch(std::uint64_t index, std::uint64_t version) {
    File &file = files_[index];
    if (file.watching) return;
    std::uint64_t op = 0;
    file.watching = service_->watch(&handle_, str(file.path), version, index, &op) == KITH_OK;
    if (!file.watching) file.due = std::min(file.due, later(engine_loop_.now(), retry));
}

void PluginFileWatch::changed(std::uint64_t index, std::int32_t status) {
    File &file = files_[index];
    file.watching = false;
    if (status == KITH_CANCELLED) return;
    if (file.unsettled) file.due = later(engine_loop_.now(), quiet);
    look(index);
}

void PluginFileWatch::advance(Time now) {
    for (std::uint64_t index = 0; index < files_.size(); ++index)
        if (files_[index].due <= now) look(index);
}

// While a file is read, its completion is awaited and no deadline is needed.
Time PluginFileWatch::next_deadline() const {
    Time next = never;
    for (const File &file : files_)
        if (!file.looking) next = std::min(next, file.due);
    return next;
}

void PluginFileWatch::taken(const Library &library) {
    for (File &file : files_) {
        if (file.path != library.file()) continue;
        file.known = library.file_state();
        file.unsettled = false;
        file.due = later(engine_loop_.now(), quiet); // it may have changed again meanwhile
    }
}

void PluginFileWatch::publish(const File &file) {
    const std::string reason =
        file.known ? file.path + " was changed; " + effect_(file.path)
                   : file.path + " was removed; kith goes on with what it has loaded, and will miss it at the next start";
    bus_.publish({.kind = KITH_EVENT_PLUGIN_CHANGED, .reason = reason}, engine_loop_.now());
}

const void *PluginFileWatch::service(std::string_view id) noexcept {
    static constexpr kith_file_plugin side = {
        .read = [](void *self, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str, const void *, std::uint64_t,
                   const kith_file_info *info) { static_cast<PluginFileWatch *>(self)->looked(user, status, info); },
        .written = [](void *, std::uint64_t, std::uint64_t, std::int32_t, kith_str) {},
        .changed = [](void *self, std::uint64_t user, std::uint64_t, std::int32_t status,
                      kith_str) { static_cast<PluginFileWatch *>(self)->changed(user, status); },
    };
    return id == KITH_FILE ? &side : nullptr;
}

} // namespace kith::core
