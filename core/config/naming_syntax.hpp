// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace kith::core {

// What is wrong with a template such as "app@{ip}"; empty when nothing is.
std::string template_fault(std::string_view text);

} // namespace kith::core
