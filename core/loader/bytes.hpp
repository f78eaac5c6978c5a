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

namespace kith::core {

/// Over this a file is no plugin, and is not read.
inline constexpr std::size_t max_library_size = std::size_t{512} << 20;

/// Why a file cannot be read: a phrase that follows its name, such as "cannot be mapped: ...".
struct FileError {
    std::string text;
};

/// A file mapped for reading. It must not be cut short meanwhile; the dynamic linker lives under the same condition.
class Mapping {
  public:
    static boost::system::result<Mapping, FileError> of(const Fd &fd);

    Mapping(Mapping &&other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Mapping &operator=(Mapping &&) = delete;
    ~Mapping();

    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    Mapping() = default;
    std::span<const std::byte> bytes_;
};

/// A private copy of a file that nobody can change any more: read once, into sealed memory. What is hashed is then what is loaded, whoever
/// may write to the file.
boost::system::result<Fd, FileError> stage(const std::filesystem::path &file);

} // namespace kith::core
