// SPDX-License-Identifier: MIT
//
// Writing the external term format at the end of a string.
#pragma once

#include "identifiers.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang::etf {

class Writer {
  public:
    /// Appends to `out`, which stays where it is.
    explicit Writer(std::string &out) noexcept : out_(out) {}

    Writer &version();
    Writer &integer(std::int64_t value);
    /// Little-endian magnitude, at most 255 bytes.
    Writer &big(std::string_view magnitude, bool negative);
    Writer &real(double value);
    /// Cut after 65,535 bytes; a node takes at most 255 characters.
    Writer &atom(std::string_view utf8);
    /// `arity` terms follow.
    Writer &tuple(std::uint32_t arity);
    /// `size` terms follow, and then the tail, which is `nil` for a proper list. A list of none is `nil` alone.
    Writer &list(std::uint32_t size);
    Writer &nil();
    Writer &binary(std::string_view bytes);
    /// `size` keys, each with its value behind it, follow.
    Writer &map(std::uint32_t size);
    Writer &pid(const Pid &pid);
    Writer &reference(const Reference &reference);
    /// A term that is encoded already, without its version byte.
    Writer &raw(std::string_view encoded);

    std::string &out() noexcept { return out_; }

  private:
    std::string &out_;
};

} // namespace kith::erlang::etf
