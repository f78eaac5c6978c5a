// SPDX-License-Identifier: MIT
//
// The bytes of an open file.
#pragma once

#include "core/failed_result.hpp"
#include "core/loader/fd.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace kith::core {

/// Over this a file is no plugin, and is not read.
inline constexpr std::size_t max_library_size = std::size_t{512} << 20;

/// A sealed copy (see `stage`) mapped for reading. A file that others can write to is never mapped: cutting it short would end the process.
class Mapping {
  public:
    /// The error is a phrase such as "cannot be mapped: ...".
    static boost::system::result<Mapping, std::string> of(const Fd &copy);

    Mapping(Mapping &&other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Mapping &operator=(Mapping &&) = delete;
    ~Mapping();

    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    Mapping() = default;
    std::span<const std::byte> bytes_;
};

/// All bytes of a file, read into `buffer`, which keeps its memory for the next file. The result points into it. Of a file that is no ELF file
/// only the beginning is read. The error is a phrase such as "cannot be read: ...".
boost::system::result<std::span<const std::byte>, std::string> read_bytes(const Fd &file, std::vector<std::byte> &buffer);

/// Open for reading; only a regular file.
boost::system::result<Fd, std::string> open_regular(const std::filesystem::path &file);

/// An empty file in memory that can be mapped for execution; on failure errno says why.
Fd memory_file(const std::string &name);

/// A private copy of a file that nobody can change any more: read once, into sealed memory. What is checked is then what is loaded, whoever
/// may write to the file. `name` is what /proc/<pid>/maps and profilers show.
boost::system::result<Fd, std::string> stage(const Fd &file, const std::string &name);

/// The path by which the dynamic linker, and a debugger in another process, can open a descriptor of this process.
std::string path_of(const Fd &fd);

} // namespace kith::core
