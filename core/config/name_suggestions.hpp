// SPDX-License-Identifier: MIT
//
// Sentences about names that are not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

// The known name that was probably meant; empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string> &known);

// "; did you mean `x`?", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string> &known);

// "`a`, `b`, `c`", cut after so many.
std::string listed(const std::vector<std::string> &names, std::size_t limit = 12);

} // namespace kith::core
