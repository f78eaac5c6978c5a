// SPDX-License-Identifier: MIT
//
// The bytes of an open file.
#pragma once

#include "core/failed_result.hpp"
#include "core/loader/fd.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace kith::core {

/// Over this a file is no plugin, and is not read.
inline constexpr std::size_t max_library_size = std::size_t{512} << 20;

/// Why a file cannot be read: a phrase that follows its name, such as "cannot be mapped: ...".
struct FileError {
    std::string text;
};

/// A sealed copy (see `make_sealed_copy`) mapped for reading. A file that others can write to is never mapped: cutting it short would end the process.
class Mapping {
  public:
    /// The error is a phrase such as "cannot be mapped: ...".
    static boost::system::result<Mapping, FileError> of(const Fd &copy);

    Mapping(Mapping &&other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Mapping &operator=(Mapping &&) = delete;
    ~Mapping();

    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    Mapping() = default;
    std::span<const std::byte> bytes_;
};

/// Memory that is not cleared, so that what is not used of it costs nothing.
class Buffer {
  public:
    /// At least so many bytes; what was there is lost.
    std::span<std::byte> context(std::size_t size);

  private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
};

enum class Part : std::uint8_t {
    all,
    data, ///< code is not read: where it is the bytes are zero. Most of a library is code, and nothing that is looked at is in it.
};

/// The bytes of a file, read into `buffer`. The result points into it. Of a file that is no ELF file
/// only the beginning is read. The error is a phrase such as "cannot be read: ...".
boost::system::result<std::span<const std::byte>, FileError> read_bytes(const Fd &file, Buffer &buffer, Part part = Part::all);

/// Open for reading; only a regular file.
boost::system::result<Fd, FileError> open_regular(const std::filesystem::path &file);

/// An empty file in memory that can be mapped for execution; on failure errno says why.
Fd create_memory_file(const std::string &name);

/// A private copy of a file that nobody can change any more: read once, into sealed memory. What is checked is then what is loaded, whoever
/// may write to the file. `name` is what /proc/<pid>/maps and profilers show.
boost::system::result<Fd, FileError> make_sealed_copy(const Fd &file, const std::string &name);

/// The path by which the dynamic linker, and a debugger in another process, can open a descriptor of this process.
std::string proc_path(const Fd &fd);

} // namespace kith::core
