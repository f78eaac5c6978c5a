// SPDX-License-Identifier: MIT
//
// One line of health for a topology, with its reason.
#pragma once

#include <core/engine/engine_view.hpp>

#include <string>
#include <string_view>

namespace kith::app {

struct TopologyHealth {
    /// ok; degraded: it works with what it knows; failing: it cannot do what it is for (no node, a strategy that never could look, fewer
    /// links than policy.min_peers).
    std::string_view word;
    std::string reason; ///< empty: ok
};

TopologyHealth health_of(const core::TopologyView &view, core::Time now);

} // namespace kith::app
