// SPDX-License-Identifier: MIT
#include <core/engine/configured_node_name.hpp>

#include <kith/hosting/options.hpp>

#include <string_view>

namespace kith::core {

std::string configured_node_name(const Config &config, const Topology &topology) {
    const ConnectorInstance *connector = config.connector(topology.connector);
    if (connector == nullptr) return {};
    std::string_view node;
    const Options options(connector->options); // `node` points into it
    options.get_string("/node", node);
    return std::string(node);
}

} // namespace kith::core
