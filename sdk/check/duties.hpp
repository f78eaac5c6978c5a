// SPDX-License-Identifier: MIT
#pragma once

#include "noise.hpp"
#include "stage.hpp"

namespace kith::check {

/// Keep an instance that runs busy for some seconds, as a daemon would: a connector joins and parts peers and gives up on some, a sink
/// gets events, all look again. Returns the operations of a connector that were begun.
std::vector<std::uint64_t> keep_busy(testkit::Rig &rig, const kith_descriptor &descriptor, Noise &noise);

} // namespace kith::check
