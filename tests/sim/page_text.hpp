// SPDX-License-Identifier: MIT
//
// The page of a recorded run: the sources of the daemon's status page and those of page/, put together at build time.
#pragma once

#include <string_view>

namespace kith::sim {

/// What comes before and behind the recording.
extern const std::string_view page_before_recording, page_after_recording;

} // namespace kith::sim
