// SPDX-License-Identifier: MIT
//
// Why a file, or a directory, is not used (rule L3).
#pragma once

#include "core/failed_result.hpp"

#include <string>

namespace kith::core {

/// One refused file: the rule it breaks, what is wrong with it, and what the operator can do about it.
struct Refusal {
    std::string file;
    std::string rule;   ///< number of the rule in sdk/ABI.md, such as "L1"
    std::string reason; ///< a sentence without its full stop
    std::string remedy; ///< a sentence without its full stop

    bool operator==(const Refusal &) const = default;
};

} // namespace kith::core
