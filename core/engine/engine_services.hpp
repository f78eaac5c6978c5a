// SPDX-License-Identifier: MIT
//
// The host's tables of the services that the engine itself offers: log, options, node, metric, discovery, connector, sink,
// members, messages.
// All other services are those of the World.
#pragma once

#include <span>
#include <string_view>

namespace kith::core {

/// The table of a service, which is static; null when the engine does not offer this id.
const void *engine_service(std::string_view id) noexcept;

/// The ids for which engine_service returns a table.
std::span<const std::string_view> engine_services() noexcept;

} // namespace kith::core
