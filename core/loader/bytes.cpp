// SPDX-License-Identifier: MIT
#include "core/loader/bytes.hpp"

#include "core/loader/path_rule.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace kith::core {

namespace {

FileError failed(const char *what) { return {std::string(what) + ": " + std::strerror(errno)}; }

// Enough to see that a file is no library.
constexpr std::size_t first_read = 4096;

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

boost::system::result<Mapping, std::string> Mapping::of(const Fd &copy) {
    struct stat status {};
    if (::fstat(copy.get(), &status) != 0) return failed("cannot be looked at");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > max_library_size) return FileError{"is larger than 512 MiB"};
    Mapping mapping;
    if (size == 0) return mapping;
    void *const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, copy.get(), 0);
    if (address == MAP_FAILED) return failed("cannot be mapped");
    mapping.bytes_ = {static_cast<const std::byte *>(address), size};
    return mapping;
}

Mapping::~Mapping() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte *>(bytes_.data()), bytes_.size());
}

boost::system::result<Fd, std::string> open_regular(const std::filesystem::path &file) {
    Fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return failed("cannot be opened");
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return failed("cannot be looked at");
    if (!S_ISREG(status.st_mode)) return "is " + std::string(file_type(status.st_mode)) + ", not a regular file";
    return fd;
}

boost::system::result<std::span<const std::byte>, std::string> read_bytes(const Fd &file, std::vector<std::byte> &buffer) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return failed("cannot be looked at");
    if (static_cast<std::uint64_t>(status.st_size) > max_library_size) return std::string("is larger than 512 MiB");
    // One byte more than it has, so that the end is seen by one read.
    const std::size_t room = std::max<std::size_t>(static_cast<std::size_t>(status.st_size) + 1, first_read);
    if (buffer.size() < room) {
        buffer.clear(); // else it would be copied
        buffer.resize(room);
    }
    std::size_t total = 0;
    for (;;) {
        if (total > max_library_size) return std::string("is larger than 512 MiB");
        if (total == buffer.size()) buffer.resize(2 * total); // it has grown meanwhile
        const std::size_t wanted = total == 0 ? first_read : buffer.size() - total;
        const ssize_t size = ::pread(file.get(), buffer.data() + total, wanted, static_cast<off_t>(total));
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return failed("cannot be read");
        if (size == 0) break;
        const bool first = total == 0;
        total += static_cast<std::size_t>(size);
        if (first && (total < SELFMAG || std::memcmp(buffer.data(), ELFMAG, SELFMAG) != 0)) break;
    }
    return std::span<const std::byte>(buffer.data(), total);
}

Fd memory_file(const std::string &name) {
    // MFD_EXEC; kernels before 6.3 do not know the flag, and allow it.
    constexpr unsigned executable = 0x10U, common = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    Fd file(::memfd_create(name.c_str(), common | executable));
    if (!file && errno == EINVAL) file = Fd(::memfd_create(name.c_str(), common));
    return file;
}

boost::system::result<Fd, std::string> stage(const Fd &file, const std::string &name) {
    Fd copy = memory_file(name);
    if (!copy) return failed("cannot be copied into memory");
    std::array<std::byte, 1 << 16> chunk{};
    for (std::size_t total = 0;;) {
        const ssize_t size = ::pread(file.get(), chunk.data(), chunk.size(), static_cast<off_t>(total));
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

// Not by /proc/self, which is another process to a debugger.
std::string path_of(const Fd &fd) {
    std::array<char, 32> process{};
    const ssize_t size = ::readlink("/proc/self", process.data(), process.size());
    const std::string self = size > 0 ? std::string(process.data(), static_cast<std::size_t>(size)) : "self";
    return "/proc/" + self + "/fd/" + std::to_string(fd.get());
}

} // namespace kith::core
