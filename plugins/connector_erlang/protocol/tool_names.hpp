// SPDX-License-Identifier: MIT
//
// The names under which programs that are no members of a cluster appear on a node.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang {

/// kith-<16 hex digits>@host: one for each instance, so that two never evict each other.
std::string attach_name(std::uint64_t random, std::string_view host);

/// Is it an attachment of some kith, a remote shell (rem-..., remsh...), or a command line of RabbitMQ (rabbitmqcli-...)?
bool is_tool(std::string_view node) noexcept;

/// c17, a name of erl_call, or 3O8L5JLUDVLB3, a dynamic name, as of a remote shell that was given none. Both are hidden nodes; another node may
/// be called so, too.
bool may_be_tool(std::string_view node) noexcept;

} // namespace kith::erlang
