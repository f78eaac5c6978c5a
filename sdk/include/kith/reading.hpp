// SPDX-License-Identifier: MIT
//
// A read into a buffer of the caller's: of a connection, a body, a program. Plugins do not use this header themselves; the service headers do.
#pragma once

#include "operation.hpp"

#include <cstring>
#include <span>

namespace kith::detail {

class reading : public completion<std::size_t> {
  public:
    reading(context &home, std::span<std::byte> into) noexcept : completion(home), into_(into) {}

    /// How much of it there is room for, which is all: no more was asked for.
    std::size_t keep(const void *data, std::size_t size) const noexcept {
        const auto kept = size < into_.size() ? size : into_.size();
        if (kept != 0) std::memcpy(into_.data(), data, kept);
        return kept;
    }

  private:
    std::span<std::byte> into_;
};

} // namespace kith::detail
