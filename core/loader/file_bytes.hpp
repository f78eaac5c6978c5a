// SPDX-License-Identifier: MIT
//
// Reads the bytes of a plugin file, and copies it into sealed memory.
#pragma once

#include "core/abort_on_failed_result.hpp"
#include "core/file_descriptor.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kith::core {

/// Larger files are not read: they are no plugins. In bytes.
inline constexpr std::size_t max_library_size = std::size_t{512} << 20;

/// Why a file cannot be read: a phrase to append to its name, such as "cannot be mapped: ...".
struct FileError {
    std::string text;
};

/// A sealed copy (see make_sealed_copy), mapped for reading. A file that others can write to is never mapped: truncating it would end this
/// process by SIGBUS.
class Mapping {
  public:
    using Result = boost::system::result<Mapping, FileError>;
    /// Maps the copy. The error is a phrase such as "cannot be mapped: ...".
    static boost::system::result<Mapping, FileError> of(const Fd &copy);

    Mapping(Mapping &&other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Mapping &operator=(Mapping &&) = delete;
    ~Mapping();

    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    Mapping() = default;
    std::span<const std::byte> bytes_;
};

/// A reusable buffer. Pages of it that are never written are never allocated.
class Buffer {
  public:
    /// At least `size` bytes. The previous content is lost.
    std::span<std::byte> storage(std::size_t size);
    /// Bytes from begin up to end were written.
    void wrote(std::size_t begin, std::size_t end);
    /// Makes these bytes zero, without touching pages that were never written.
    void clear(std::size_t begin, std::size_t end);

  private:
    struct Free {
        void operator()(std::byte *bytes) const { std::free(bytes); }
    };
    static constexpr std::size_t page = 4096;
    std::unique_ptr<std::byte[], Free> bytes_; // zero at first
    std::vector<bool> written_;                // for each page
    std::size_t size_ = 0;
};

/// What read_bytes() reads.
enum class Part : std::uint8_t {
    all,
    data, ///< all but code, unwinding tables and symbols for debuggers, which are zero in the result: the checks do not need them, and they are most of a library
};

/// Reads a file into `buffer`; the result points into it. Of a file that is not an ELF file only the beginning is read. The error is a
/// phrase such as "cannot be read: ...".
boost::system::result<std::span<const std::byte>, FileError> read_bytes(const Fd &file, Buffer &buffer, Part part = Part::all);

/// Opens a file for reading. An error for anything but a regular file.
boost::system::result<Fd, FileError> open_regular(const std::filesystem::path &file);

/// Creates an empty file in memory that can be mapped for execution. On failure the result is empty and errno is set.
Fd create_memory_file(const std::string &name);

/// Reads a file once into sealed memory, which no process can change. So the bytes that are checked are the bytes that are loaded, even if
/// others can write to the file. `name` appears in /proc/<pid>/maps and in profilers.
boost::system::result<Fd, FileError> make_sealed_copy(const Fd &file, const std::string &name);

/// The path by which the dynamic linker, and a debugger in another process, can open a descriptor of this process.
std::string proc_path(const Fd &fd);

} // namespace kith::core
