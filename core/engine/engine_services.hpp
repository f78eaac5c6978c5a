// SPDX-License-Identifier: MIT
//
// The host's tables of the services that the engine itself offers: log, options, node, metric, discovery, connector, sink.
// Everything else is the world's.
#pragma once

#include <span>
#include <string_view>

namespace kith::core {

/// Static; null for an id that is not the engine's.
const void *engine_service(std::string_view id) noexcept;

/// All ids that engine_service knows.
std::span<const std::string_view> engine_services() noexcept;

} // namespace kith::core
