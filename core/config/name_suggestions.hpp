// SPDX-License-Identifier: MIT
//
// Suggestions for an unknown name, such as "did you mean ...?", for error messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

// The known name that is most similar; empty when none is similar.
std::string nearest(std::string_view name, const std::vector<std::string> &known);

// "; did you mean `x`?", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string> &known);

// "`a`, `b`, `c`", truncated after `limit` names.
std::string listed(const std::vector<std::string> &names, std::size_t limit = 12);

} // namespace kith::core
