// SPDX-License-Identifier: MIT
//
// /v1/messages/CONNECTOR: sends a message of an application over a connector, and follows those that arrive.
#pragma once

#include "context.hpp"
#include "handler_interface.hpp"
#include "target.hpp"

#include <core/engine/message_queue.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace kith::app {

inline constexpr std::size_t most_message_bytes = 16'777'216; ///< of the body of a POST

/// POST: ?to=MEMBER&channel=NAME, without `to` to all members; the body is the message. The answer comes when the connector has ended the operation.
ApiAnswer send_message(const ApiContext &context, const Target &target, std::string_view body);

/// GET: ?channel=NAME, all channels without it. lines: as lines of JSON, else as server-sent events.
ApiAnswer follow_messages(const ApiContext &context, const Target &target, bool lines);

/// POST /v1/connectors/CONNECTOR/leave.
ApiAnswer leave_distribution(const ApiContext &context, const Target &target);

} // namespace kith::app
