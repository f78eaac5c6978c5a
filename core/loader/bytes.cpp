// SPDX-License-Identifier: MIT
#include "core/loader/bytes.hpp"

#include "core/loader/path_rule.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace kith::core {

namespace {

FileError failed(const char *what) { return {std::string(what) + ": " + std::strerror(errno)}; }

bool write_all(int fd, const std::byte *data, std::size_t size) {
    while (size > 0) {
        const ssize_t written = ::write(fd, data, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

} // namespace

boost::system::result<Mapping, FileError> Mapping::of(const Fd &fd) {
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return failed("cannot be looked at");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > max_library_size) return FileError{"is larger than 512 MiB"};
    Mapping mapping;
    if (size == 0) return mapping;
    void *const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (address == MAP_FAILED) return failed("cannot be mapped");
    mapping.bytes_ = {static_cast<const std::byte *>(address), size};
    return mapping;
}

Mapping::~Mapping() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte *>(bytes_.data()), bytes_.size());
}

boost::system::result<Fd, FileError> stage(const std::filesystem::path &file) {
    const Fd source(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!source) return failed("cannot be opened");
    struct stat status {};
    if (::fstat(source.get(), &status) != 0) return failed("cannot be looked at");
    if (!S_ISREG(status.st_mode)) return FileError{"is " + std::string(file_type(status.st_mode)) + ", not a regular file"};
    // The name is what /proc/<pid>/maps and profilers show.
    Fd copy(::memfd_create(file.filename().c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!copy) return failed("cannot be copied into memory");
    std::vector<std::byte> chunk(1 << 16);
    for (std::size_t total = 0;;) {
        const ssize_t size = ::read(source.get(), chunk.data(), chunk.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return failed("cannot be read");
        if (size == 0) break;
        total += static_cast<std::size_t>(size);
        if (total > max_library_size) return FileError{"is larger than 512 MiB"};
        if (!write_all(copy.get(), chunk.data(), static_cast<std::size_t>(size))) return failed("cannot be copied into memory");
    }
    if (::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return failed("cannot be sealed in memory");
    return copy;
}

} // namespace kith::core
