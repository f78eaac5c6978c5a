// SPDX-License-Identifier: MIT
#include "watches.hpp"

#include "disk.hpp"

#include <chrono>
#include <set>
#include <sys/inotify.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace kith::app {

namespace {

constexpr auto period = std::chrono::seconds(5);

std::string directory_of(const std::string &path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

void tell_changed(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status) {
    Entered guard(seat.tenant, "file.changed");
    seat.side<kith_file_plugin>(KITH_FILE)->changed(seat.tenant.self(), user, op, status, {});
}

} // namespace

Watches::Watches(AsioWorld::Parts &parts) : parts_(parts), notices_(parts.io), timer_(parts.io) {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) return; // no more instances allowed: the poll is left
    notices_.assign(fd);
    drain();
}

Watches::~Watches() { *alive_ = false; }

void Watches::add(Seat &seat, std::string path, std::uint64_t version, std::uint64_t user, std::uint64_t *op) {
    const std::uint64_t id = seat.begin(op, {user,
                                             [](Seat &s, std::uint64_t u, std::uint64_t o) { tell_changed(s, u, o, KITH_CANCELLED); },
                                             [this, alive = alive_, key = parts_.last_id + 1] {
                                                 if (*alive) watches_.erase(key);
                                             }});
    if (notices_.is_open()) {
        const std::string directory = directory_of(path);
        const int descriptor = ::inotify_add_watch(notices_.native_handle(), directory.c_str(),
                                                   IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |
                                                       IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF);
        if (descriptor >= 0) directories_[directory] = descriptor;
    }
    watches_.emplace(id, Watch{seat.weak_from_this(), std::move(path), version});
    look();
    if (!std::exchange(polling_, true)) poll();
}

void Watches::drain() {
    notices_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this, alive = alive_](const boost::system::error_code &error) {
        if (error || !*alive) return;
        alignas(inotify_event) char notices[4096];
        while (::read(notices_.native_handle(), notices, sizeof notices) > 0) {
        }
        look();
        drain();
    });
}

void Watches::poll() {
    timer_.expires_after(period);
    timer_.async_wait([this, alive = alive_](const boost::system::error_code &error) {
        if (error || !*alive) return;
        forget_unused();
        if (watches_.empty()) {
            polling_ = false;
            return;
        }
        look();
        poll();
    });
}

void Watches::forget_unused() {
    std::set<std::string> used;
    for (const auto &[op, watch] : watches_) used.insert(directory_of(watch.path));
    std::erase_if(directories_, [&](const auto &directory) {
        if (used.contains(directory.first)) return false;
        ::inotify_rm_watch(notices_.native_handle(), directory.second);
        return true;
    });
}

void Watches::look() {
    if (watches_.empty()) return;
    if (std::exchange(looking_, true)) {
        again_ = true;
        return;
    }
    std::vector<std::pair<std::uint64_t, std::string>> asked;
    for (const auto &[op, watch] : watches_) asked.emplace_back(op, watch.path);
    parts_.workers.run([this, alive = alive_, asked = std::move(asked)]() -> std::function<void()> {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
        for (const auto &[op, path] : asked) seen.emplace_back(op, version_of(path));
        return [this, alive, seen = std::move(seen)] {
            if (!*alive) return;
            looking_ = false;
            for (const auto &[op, version] : seen) {
                const auto found = watches_.find(op);
                if (found == watches_.end() || found->second.version == version) continue;
                const auto seat = found->second.seat.lock();
                watches_.erase(found);
                if (!seat) continue;
                if (const auto ended = seat->take(op)) tell_changed(*seat, ended->user, op, KITH_OK);
                if (!*alive) return;
            }
            if (std::exchange(again_, false)) look();
        };
    });
}

} // namespace kith::app
