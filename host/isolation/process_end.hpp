// SPDX-License-Identifier: MIT
//
// The sentence about a process that has ended unasked, for plugin.crashed.
#pragma once

#include <string>

namespace kith::isolation {

/// how: as from HelperProcess::gather. reason: why kith has ended it; empty: it has not. call: that was under way; empty: none. words: its
/// last ones.
inline std::string process_end(const std::string &how, const std::string &reason, const std::string &call,
                               const std::string &words) {
    std::string text = "its process ";
    if (reason.empty())
        text += (how.starts_with("exited") ? "" : "was ") + how;
    else
        text += "was ended: " + reason;
    if (!call.empty()) text += ", during " + call;
    if (!words.empty()) text += "; its last words: " + words;
    return text;
}

/// What is reported about a system call that a sandbox has refused.
inline std::string refused_call_text(const std::string &call) {
    return "the system call " + call + " was refused by its sandbox";
}

} // namespace kith::isolation
