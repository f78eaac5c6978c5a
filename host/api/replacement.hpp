// SPDX-License-Identifier: MIT
//
// POST /v1/plugins/FILE/replace: what is replaced, then the verdict, which comes when the new instances have taken over, or have not.
#pragma once

#include "handler_interface.hpp"

#include <core/engine/plugin_replacement.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

/// How a replacement ended.
struct ReplacementVerdict {
    std::string_view word; ///< replaced, possible (a dry run), failed (the former file goes on)
    core::PluginReplacement::Outcome outcome;
};

/// Why nothing has begun; error is empty when it has.
struct ReplacementStart {
    std::string_view error; ///< not_found, refused, config_refused, config_changed, not_replaceable, busy
    std::string message;
    std::string_view remedy;
};

/// file: name of a plugin's file, without directory. Calls the verdict from the loop, also before it returns, once, unless there is an error.
using ReplaceFunction = std::function<ReplacementStart(const std::string &file, bool dry_run,
                                                       std::function<void(const ReplacementVerdict &)> verdict)>;

ApiAnswer replacement_answer(const ReplaceFunction &replace, const std::string &file, bool dry_run);

} // namespace kith::app
