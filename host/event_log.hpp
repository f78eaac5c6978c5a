// SPDX-License-Identifier: MIT
//
// Events as lines for the operator: each kind has its level and its sentence; what varies goes into fields.
#pragma once

#include <core/cluster/event.hpp>
#include <core/engine/logger.hpp>

namespace kith::app {

/// The level at which an event is logged, KITH_LOG_...
std::uint32_t level_of(const core::StoredEvent &event);

void log_event(core::Logger &logger, const core::StoredEvent &event);

} // namespace kith::app
