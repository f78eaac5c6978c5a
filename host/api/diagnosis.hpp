// SPDX-License-Identifier: MIT
//
// Why a peer is linked or is not, in one topology: the cause in the operator's words, and what to do. From state alone; the cause is what was
// observed, and a guess is marked as one.
#pragma once

#include <core/engine/engine_view.hpp>

#include <string>
#include <string_view>

namespace kith::app {

struct Diagnosis {
    std::string_view code; ///< for machines; the list is in openapi.json
    std::string cause;
    std::string remedy;
    bool known = true; ///< the topology knows the name
};

Diagnosis diagnose(const core::EngineView &view, const core::TopologyView &topology, std::string_view name);

} // namespace kith::app
