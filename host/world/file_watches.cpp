// SPDX-License-Identifier: MIT
#include "file_watches.hpp"

#include "read_and_replace_file.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/inotify.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

constexpr auto watch_pause = std::chrono::milliseconds(20); // between two checks, for a directory with many changes

constexpr std::uint32_t of_interest = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |
                                      IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

std::string directory_of(const std::string &path) {
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

void report_changed(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                    std::string_view text) {
    Entered guard(resources.tenant, "file.changed");
    resources.side<kith_file_plugin>(KITH_FILE)->changed(resources.tenant.self(), user, op, status, borrow(text));
}

} // namespace

struct FileWatches::Notices {
    Notices() : fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
    ~Notices() {
        if (fd >= 0) ::close(fd);
    }
    Notices(const Notices &) = delete;
    Notices &operator=(const Notices &) = delete;
    const int fd; // negative: the limit of the system is reached, only polling is used
};

FileWatches::FileWatches(AsioWorld::Parts &parts)
    : parts_(parts),
      notices_(std::make_shared<Notices>()),
      check_(
          parts.io, watch_pause, [this] { noticed(); }, [this] { return poll(); }) {
    check_.watch(notices_->fd < 0 ? -1 : ::fcntl(notices_->fd, F_DUPFD_CLOEXEC, 0));
}

void FileWatches::add(TenantResources &resources, std::string path, std::uint64_t version, std::uint64_t user,
                      std::uint64_t *op) {
    const auto id = std::make_shared<std::uint64_t>(0);
    *id = resources.begin(op, {user,
                               [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                                   report_changed(s, u, o, KITH_CANCELLED, cancelled_text());
                               },
                               [self = std::weak_ptr(self_), id] {
                                   const auto me = self.lock();
                                   if (!me) return;
                                   const auto watch = (*me)->watches_.extract(*id);
                                   if (watch) (*me)->parts_.files.forget(watch.mapped().looking);
                               }});
    Watch &watch = watches_[*id];
    watch.resources = resources.weak_from_this();
    watch.path = std::move(path);
    watch.version = version;
    look(*id, watch);
    check_.keep_polling();
}

void FileWatches::noticed() {
    alignas(inotify_event) char notices[4096];
    while (::read(notices_->fd, notices, sizeof notices) > 0) {
    }
    look_at_all();
}

bool FileWatches::poll() {
    forget_unused();
    look_at_all();
    return !watches_.empty();
}

void FileWatches::forget_unused() {
    std::set<int> used;
    for (const auto &[op, watch] : watches_) used.insert(watch.directory);
    std::erase_if(directories_, [&](int directory) {
        if (used.contains(directory)) return false;
        ::inotify_rm_watch(notices_->fd, directory);
        return true;
    });
}

void FileWatches::look_at_all() {
    for (auto &[op, watch] : watches_) look(op, watch);
}

void FileWatches::look(std::uint64_t op, Watch &watch) {
    if (watch.looking != 0) {
        watch.again = true;
        return;
    }
    try {
        watch.looking = parts_.files.run(
            watch.path, [notices = notices_, path = watch.path] { return see(*notices, path); },
            [self = std::weak_ptr(self_), op](const Seen &seen) {
                if (const auto me = self.lock()) (*me)->looked(op, seen);
            });
    } catch (const std::system_error &) { // no thread is available: the next poll checks
    }
}

// The directory is watched first, so that changes after the check of the file are reported.
FileWatches::Seen FileWatches::see(const Notices &notices, const std::string &path) {
    Seen seen;
    std::string directory = path;
    while (notices.fd >= 0 && seen.directory < 0) {
        const std::string above = directory_of(directory);
        if (above == directory) break;
        directory = above;
        seen.directory = ::inotify_add_watch(notices.fd, directory.c_str(), of_interest);
        if (seen.directory < 0 && errno != ENOENT && errno != ENOTDIR) break;
    }
    seen.version = version_of(path);
    return seen;
}

void FileWatches::looked(std::uint64_t op, const Seen &seen) {
    if (seen.directory >= 0) directories_.insert(seen.directory);
    const auto found = watches_.find(op);
    if (found == watches_.end()) return;
    Watch &watch = found->second;
    watch.looking = 0;
    watch.directory = seen.directory;
    if (watch.version == seen.version) {
        if (std::exchange(watch.again, false)) look(op, watch);
        return;
    }
    const auto resources = watch.resources.lock();
    watches_.erase(found);
    if (!resources) return;
    if (const auto ended = resources->take(op)) report_changed(*resources, ended->user, op, KITH_OK, {});
}

} // namespace kith::app
