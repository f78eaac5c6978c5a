// SPDX-License-Identifier: MIT
//
// Why a plugin file or directory is not used (rule L3).
#pragma once

#include "core/abort_on_failed_result.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace kith::core {

/// A refused file: the rule that it violates, the reason, and what the operator can do.
struct Refusal {
    std::string file;
    std::string rule;   ///< number of the rule in sdk/ABI.md, such as "L1"
    std::string reason; ///< a sentence without its full stop
    std::string remedy; ///< a sentence without its full stop

    bool operator==(const Refusal &) const = default;
};

inline Refusal refusal(const std::filesystem::path &file, std::string rule, std::string reason, std::string remedy) {
    return {file.native(), std::move(rule), std::move(reason), std::move(remedy)};
}

} // namespace kith::core
