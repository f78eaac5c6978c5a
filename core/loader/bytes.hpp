// SPDX-License-Identifier: MIT
//
// The bytes of an open file.
#pragma once

#include "core/loader/fd.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace kith::core {

/// Over this a file is no plugin, and is not read.
inline constexpr std::size_t max_library_size = std::size_t{512} << 20;

/// A file mapped for reading. It must not be cut short meanwhile; the dynamic linker lives under the same condition.
class Mapping {
  public:
    /// The error is a phrase such as "cannot be mapped: ...".
    static boost::system::result<Mapping, std::string> of(const Fd &fd);

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
boost::system::result<Fd, std::string> stage(const std::filesystem::path &file);

} // namespace kith::core
