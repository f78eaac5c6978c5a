// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace kith::check {

/// What is wrong with a JSON Schema, draft 7, and where; empty: nothing. Words that are neither the draft's nor ours (sdk/ABI.md) are wrong
/// too: the draft has them ignored, so a typing error would go unseen.
std::string schema_error(std::string_view json);

} // namespace kith::check
