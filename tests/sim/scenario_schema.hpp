// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace kith::sim {

/// The text of scenario.schema.json.
extern const std::string_view scenario_schema;

} // namespace kith::sim
