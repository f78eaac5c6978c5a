// SPDX-License-Identifier: MIT
//
// Parses the reply of an EPMD to a NAMES request: four bytes with its own port, then one line `name N at port P` for each node, until the
// end of the stream.
#pragma once

#include <kith/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace epmd_names {

/// Maximum size of a reply in bytes; 5,000 nodes with usual names need less.
inline constexpr std::size_t max_reply = std::size_t{256} * 1024;

/// The bytes of a NAMES request.
std::string_view request() noexcept;

struct Name {
    std::string name; // the part before the @
    std::uint16_t port = 0;
    bool operator==(const Name &) const = default;
};

struct Reply {
    std::vector<Name> names;         // without duplicates, in EPMD's order
    std::uint32_t tools = 0;         // number of registered tools (rem-..., remsh..., rabbitmqcli-...), which are not members
    std::uint32_t invalid_names = 0; // number of names that are not valid for a node
};

/// bytes: the whole stream. Errors: KITH_LIMIT: too large; KITH_PROTOCOL: not such a reply; the text contains an excerpt.
kith::result<Reply> parse_reply(std::string_view bytes);

/// Whether the text is a valid part of a node name: printable, at most 255 bytes of UTF-8, without space and @.
bool is_name_part(std::string_view text) noexcept;

/// Quotes bytes for an error message: escapes unprintable ones and truncates a long text.
std::string excerpt(std::string_view bytes);

} // namespace epmd_names
