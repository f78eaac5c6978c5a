// SPDX-License-Identifier: MIT
//
// Writes events to the log: each kind has a fixed level and message; the values of the event are fields. When other items than before are
// left out of what a source has, this is a message of its own.
#pragma once

#include <core/cluster/events/event.hpp>
#include <core/engine/logger.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace kith::app {

class EventLog {
  public:
    explicit EventLog(core::Logger &logger) : logger_(logger) {}

    /// Writes the event to the log, unless its level is below that of the logger.
    void write(const core::StoredEvent &event);

  private:
    // Updates left_out_; empty: as in the last event of that source, or nothing is left out.
    std::string_view new_left_out(const core::StoredEvent &event);

    core::Logger &logger_;
    std::map<std::string, std::string, std::less<>> left_out_; // by topology and source: number and reason
};

} // namespace kith::app
