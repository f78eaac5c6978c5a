// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace kith::core {

// The text of schema.json at build time.
extern const std::string_view config_schema_text;

} // namespace kith::core
