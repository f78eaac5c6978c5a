// SPDX-License-Identifier: MIT
//
// Writes events to the log: each kind has a fixed level and message; the values of the event are fields.
#pragma once

#include <core/cluster/events/event.hpp>
#include <core/engine/logger.hpp>

namespace kith::app {

/// The level at which the event is logged, KITH_LOG_...
std::uint32_t level_of(const core::StoredEvent &event);

/// Writes the event to the log, unless its level is below that of the logger.
void log_event(core::Logger &logger, const core::StoredEvent &event);

} // namespace kith::app
