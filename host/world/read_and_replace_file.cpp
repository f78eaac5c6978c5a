// SPDX-License-Identifier: MIT
#include "read_and_replace_file.hpp"

#include <core/file_descriptor.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

std::int32_t status_of_errno(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR: return KITH_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS: return KITH_DENIED;
    case EISDIR: return KITH_INVALID;
    case EMFILE:
    case ENFILE: return KITH_LIMIT;
    default: return KITH_IO;
    }
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6U) + (hash >> 2U);
    return hash * 0xbf58476d1ce4e5b9U;
}

// Differs when the file was replaced (inode) or changed (times, size). A rename over the file changes the inode.
std::uint64_t version_of(const struct stat &s) {
    std::uint64_t hash = 1;
    for (const auto value :
         {static_cast<std::uint64_t>(s.st_dev), static_cast<std::uint64_t>(s.st_ino), static_cast<std::uint64_t>(s.st_size),
          static_cast<std::uint64_t>(s.st_mtim.tv_sec), static_cast<std::uint64_t>(s.st_mtim.tv_nsec),
          static_cast<std::uint64_t>(s.st_ctim.tv_sec), static_cast<std::uint64_t>(s.st_ctim.tv_nsec)}) {
        hash = mix(hash, value);
    }
    return hash == 0 ? 1 : hash;
}

kith_file_info info_of(const struct stat &s) {
    kith_file_info info{};
    info.size = static_cast<std::uint64_t>(s.st_size);
    info.version = version_of(s);
    info.modified = s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec;
    info.mode = s.st_mode & 07777U;
    info.owner = s.st_uid;
    info.group = s.st_gid;
    info.ours = s.st_uid == ::geteuid() ? 1 : 0;
    return info;
}

Written not_written(const std::string &path, int error) { return {status_of_errno(error), path + ": " + std::strerror(error)}; }

bool write_all(int fd, std::string_view data) {
    while (!data.empty()) {
        const ssize_t put = ::write(fd, data.data(), data.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        data.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

} // namespace

std::uint64_t version_of(const std::string &path) {
    struct stat s {};
    return ::stat(path.c_str(), &s) == 0 ? version_of(s) : 0;
}

Contents read_whole(const std::string &path, std::uint64_t max) {
    // The version is reported even without permission to read, so that a change of the mode can be watched.
    struct stat s {};
    Contents result;
    if (::stat(path.c_str(), &s) == 0) result.info = info_of(s);
    // Non-blocking, because a named pipe would block the worker.
    const core::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    const auto fail = [&](int error) {
        result.status = status_of_errno(error);
        result.text = path + ": " + std::strerror(error);
        result.data.clear();
        if (result.status == KITH_NOT_FOUND) result.info = {};
        return result;
    };
    if (!file) return fail(errno);
    if (::fstat(file.get(), &s) != 0) return fail(errno);
    result.info = info_of(s);
    const auto refuse = [&](std::int32_t status, std::string text) {
        result.status = status;
        result.text = path + ": " + std::move(text);
        result.data.clear();
        return result;
    };
    if (!S_ISREG(s.st_mode)) return refuse(KITH_INVALID, "it is no regular file");
    const std::string too_large = "it is larger than " + std::to_string(max) + " bytes";
    if (result.info.size > max) return refuse(KITH_LIMIT, too_large);
    char chunk[16'384];
    for (;;) {
        const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(errno);
        if (got == 0) return result;
        result.data.append(chunk, static_cast<std::size_t>(got));
        if (result.data.size() > max) return refuse(KITH_LIMIT, too_large); // it grew, or it is in /proc
    }
}

Written replace_whole(const std::string &path, std::string_view data, std::uint32_t mode) {
    std::string temporary = path + ".XXXXXX";
    const core::Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file) return not_written(path, errno);
    const bool good = ::fchmod(file.get(), mode & 07777U) == 0 && write_all(file.get(), data) && ::fsync(file.get()) == 0 &&
                      ::rename(temporary.c_str(), path.c_str()) == 0;
    if (!good) {
        const int error = errno;
        ::unlink(temporary.c_str());
        return not_written(path, error);
    }
    // The rename is durable only when the directory is synced.
    const auto slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const core::Fd directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());
    return {};
}

} // namespace kith::app
