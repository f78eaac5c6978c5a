// SPDX-License-Identifier: MIT
//
// A status of kith/plugin.h in words. A negative number that is not known counts as KITH_INTERNAL (E1).
#pragma once

#include <cstdint>
#include <string_view>

namespace kith {

/// For machines, never changes: "ok", "timed_out", "unauthorized".
std::string_view status_slug(std::int32_t status) noexcept;

/// For people, without a full stop: "its time was over". What to show where a failure came without a text.
std::string_view status_sentence(std::int32_t status) noexcept;

} // namespace kith
