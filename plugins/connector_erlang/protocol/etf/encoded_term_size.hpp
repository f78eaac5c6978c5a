// SPDX-License-Identifier: MIT
//
// The size of an encoded term, from its bytes: its own, behind which those of its children follow.
#pragma once

#include "term_view.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kith::erlang::etf {

struct Head {
    std::size_t size = 0;       // of the bytes before the children
    std::uint64_t children = 0; // the tail of a list is one
    Fault fault = Fault::none;
};

/// Of the term at the beginning of the bytes, which may be those of a peer.
Head head(std::string_view bytes) noexcept;

/// The size of the term at the beginning of bytes that `parse` has checked.
std::size_t extent(std::string_view bytes) noexcept;

} // namespace kith::erlang::etf
