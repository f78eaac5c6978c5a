// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace kith::core {

// schema.json, as it was when this was built.
extern const std::string_view config_schema_text;

} // namespace kith::core
