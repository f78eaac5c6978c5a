// SPDX-License-Identifier: MIT
//
// How a system call that the sandbox has refused is reported: a line in the pipe for last words, such as "refused system call: connect". A
// library can write such lines itself.
#pragma once

#include <optional>
#include <string_view>

namespace kith::isolation {

inline constexpr std::string_view refused_call_line = "refused system call: ";

/// The name of the call, such as "connect"; none: another line. line: without its end.
inline std::optional<std::string_view> refused_call(std::string_view line) noexcept {
    if (!line.starts_with(refused_call_line)) return std::nullopt;
    return line.substr(refused_call_line.size());
}

} // namespace kith::isolation
