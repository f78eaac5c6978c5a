// SPDX-License-Identifier: MIT
//
// The reply of an EPMD to NAMES: four bytes of its own port, then one line `name N at port P` for each node; the end of the stream is
// the end of the reply.
#pragma once

#include <kith/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace epmd_names {

/// More than this is no reply: an EPMD with 5,000 nodes of ordinary names stays below.
inline constexpr std::size_t max_reply = std::size_t{256} * 1024;

/// The question.
std::string_view request() noexcept;

struct Name {
    std::string name; // the part before the @
    std::uint16_t port = 0;
    bool operator==(const Name &) const = default;
};

struct Reply {
    std::vector<Name> names;         // each once, in EPMD's order
    std::uint32_t tools = 0;         // remote shells (rem-..., remsh...), rabbitmqcli-...: they come and go, and are no members
    std::uint32_t invalid_names = 0; // registered under what no node can be called
};

/// All bytes until the end of the stream. KITH_LIMIT: too many; KITH_PROTOCOL: this is no such reply, and what came instead.
kith::result<Reply> parse_reply(std::string_view bytes);

/// Can a node be called so? Printable, at most 255 bytes of UTF-8, no space and no @.
bool is_name_part(std::string_view text) noexcept;

/// For a message: what cannot be printed is escaped, and the end of a long text left out.
std::string excerpt(std::string_view bytes);

} // namespace epmd_names
