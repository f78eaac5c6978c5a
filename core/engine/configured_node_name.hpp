// SPDX-License-Identifier: MIT
//
// The local node's name before a connector attaches: the connector's option `node`.
#pragma once

#include <core/config/config.hpp>

#include <string>

namespace kith::core {

/// Empty when the topology's connector has no such option or leaves it empty: the connector then finds its node by itself.
std::string configured_node_name(const Config &config, const Topology &topology);

} // namespace kith::core
