// SPDX-License-Identifier: MIT
#include "socket_file.hpp"

#include <core/file_descriptor.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

constexpr int listen_backlog = 512; // beyond it a client that does not wait is refused by the kernel

std::string directory_of(const std::string &path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

bool address_of(const std::string &path, sockaddr_un &address, socklen_t &size) {
    address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return true;
}

// What stands at the path already: empty when the path may be taken.
std::string taken_by(const std::string &path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? std::string{} : path + ": " + std::strerror(errno);
    if (!S_ISSOCK(info.st_mode)) return path + " is there and is no socket";
    const core::Fd probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address{};
    socklen_t size = 0;
    if (probe.get() < 0 || !address_of(path, address, size)) return path + " cannot be looked at";
    if (::connect(probe.get(), reinterpret_cast<const sockaddr *>(&address), size) == 0 || errno == EAGAIN)
        return "another process listens on " + path;
    return errno == ECONNREFUSED ? std::string{} : path + ": " + std::strerror(errno);
}

// Two daemons that start at the same moment look and rename one after the other. Whoever holds the lock for longer than this is no kith.
void lock_directory(int fd) {
    for (int tries = 0; tries < 40 && ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
        const timespec pause{0, 5'000'000};
        ::nanosleep(&pause, nullptr);
    }
}

} // namespace

std::unique_ptr<SocketFile> SocketFile::make(const std::string &path, bool make_directory, std::optional<gid_t> group,
                                             std::string &why) {
    const std::string directory = directory_of(path);
    const auto failed = [&](const std::string &what) {
        why = what + ": " + std::strerror(errno);
        return nullptr;
    };
    if (make_directory && ::mkdir(directory.c_str(), ::geteuid() == 0 ? 0755 : 0700) != 0 && errno != EEXIST)
        return failed(directory + " cannot be made");
    const core::Fd place{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (place.get() < 0) return failed(directory);
    lock_directory(place.get());
    if (why = taken_by(path); !why.empty()) return nullptr;

    std::string own = directory + "/.kith-XXXXXX";
    if (::mkdtemp(own.data()) == nullptr) return failed("no socket can be made in " + directory);
    // Bound by a short name of the directory, whose own may be long.
    const core::Fd inside{::open(own.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const std::string bound = own + "/s";
    const std::string name = "/proc/self/fd/" + std::to_string(inside.get()) + "/s";
    core::Fd listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address{};
    socklen_t size = 0;
    address_of(::access("/proc/self/fd", X_OK) == 0 ? name : bound, address, size);
    std::unique_ptr<SocketFile> file(new SocketFile);
    struct stat info {};
    const auto step = [&](bool good, const char *what) {
        if (!good && why.empty()) why = std::string(what) + " " + bound + ": " + std::strerror(errno);
        return good;
    };
    const bool made =
        step(inside.get() >= 0 && listener.get() >= 0, "cannot open") &&
        step(size != 0 && ::bind(listener.get(), reinterpret_cast<const sockaddr *>(&address), size) == 0, "cannot bind") &&
        step(!group || ::lchown(bound.c_str(), static_cast<uid_t>(-1), *group) == 0 || errno == EPERM, "cannot give") &&
        step(::chmod(bound.c_str(), 0660) == 0, "cannot set the mode of") &&
        step(::lstat(bound.c_str(), &info) == 0, "cannot look at") &&
        step(::listen(listener.get(), listen_backlog) == 0, "cannot listen on") &&
        step(::rename(bound.c_str(), path.c_str()) == 0, "cannot rename");
    if (!made) ::unlink(bound.c_str());
    ::rmdir(own.c_str());
    if (!made) return nullptr;
    file->path_ = path;
    file->device_ = info.st_dev;
    file->inode_ = info.st_ino;
    file->fd_ = listener.release();
    return file;
}

SocketFile::~SocketFile() {
    if (!path_.empty() && in_place()) ::unlink(path_.c_str());
}

bool SocketFile::in_place() const {
    struct stat info {};
    return ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_;
}

} // namespace kith::app
