// SPDX-License-Identifier: MIT
//
// The requests by which an operator changes what a topology does: pause, resume, confirm, hold, forget.
#pragma once

#include "context.hpp"
#include "handler_interface.hpp"
#include "target.hpp"

#include <core/cluster/topology/operator_order.hpp>

#include <string>
#include <string_view>

namespace kith::app {

/// kind: of the request, whose path is /v1/topologies/NAME/..., with a peer /v1/topologies/NAME/peers/PEER/...
ApiAnswer carry_out(const ApiContext &context, const core::EngineView &view, core::Order::Kind kind, const Target &target,
                    std::string_view body);

/// How the API names what a guard holds: RUN.NUMBER, so that a number of a former run is never taken for one of this run.
std::string hold_id(const ApiContext &context, std::uint64_t hold);

} // namespace kith::app
