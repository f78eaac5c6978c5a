// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace kith::check {

/// The first error of a JSON Schema, draft 7, with its JSON Pointer; empty when the schema is valid. Unknown keywords, other than those of
/// sdk/ABI.md, are errors too: the draft ignores them, so a typing error would have no effect.
std::string schema_error(std::string_view json);

} // namespace kith::check
