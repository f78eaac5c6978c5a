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

/// c17: the names of erl_call, which is a hidden node. Another node may be called so, too.
bool may_be_erl_call(std::string_view node) noexcept;

} // namespace kith::erlang
