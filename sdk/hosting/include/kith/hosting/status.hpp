// SPDX-License-Identifier: MIT
//
// Texts for the statuses of kith/plugin.h. An unknown negative number counts as KITH_INTERNAL (E1).
#pragma once

#include <cstdint>
#include <string_view>

namespace kith {

/// A stable identifier: "ok", "timed_out", "unauthorized".
std::string_view status_slug(std::int32_t status) noexcept;

/// A text without a full stop, such as "its time was over", for failures without their own text.
std::string_view status_sentence(std::int32_t status) noexcept;

} // namespace kith
