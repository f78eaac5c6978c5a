// SPDX-License-Identifier: MIT
//
// The local node's name, as far as it can be known before a connector attaches: its option `node`.
#pragma once

#include <core/config/config.hpp>

#include <string>

namespace kith::core {

/// Empty when the topology's connector has no such option, or an empty one: then it finds its node by itself.
std::string configured_node_name(const Config &config, const Topology &topology);

} // namespace kith::core
