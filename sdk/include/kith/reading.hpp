// SPDX-License-Identifier: MIT
//
// A read from a connection, a body or a program into a buffer of the caller. Plugins do not use this header themselves; the service headers do.
#pragma once

#include "operation.hpp"

#include <cstring>
#include <span>

namespace kith::detail {

class reading : public completion<std::size_t> {
  public:
    reading(context &home, std::span<std::byte> into) noexcept : completion(home), into_(into) {}

    /// The number of bytes that fit, which is all of them: no more were requested.
    std::size_t keep(const void *data, std::size_t size) const noexcept {
        const auto kept = size < into_.size() ? size : into_.size();
        if (kept != 0) std::memcpy(into_.data(), data, kept);
        return kept;
    }

  private:
    std::span<std::byte> into_;
};

} // namespace kith::detail
