// SPDX-License-Identifier: MIT
//
// What the status code of a response means for the batch that was sent. Uses no services.
#pragma once

#include <cstdint>
#include <string>

namespace sink_webhook {

enum class Verdict : std::uint8_t {
    accepted,
    refused, ///< the receiver will never accept it: it is dropped
    failed   ///< it is sent again
};

constexpr Verdict verdict_of(std::uint32_t code) noexcept {
    if (code >= 200 && code < 300) return Verdict::accepted;
    if (code >= 400 && code < 500 && code != 408 && code != 429) return Verdict::refused;
    return Verdict::failed;
}

inline std::string reason_of(std::uint32_t code, std::string_view location) {
    std::string text = "the receiver answered " + std::to_string(code);
    if (code < 300 || code >= 400) return text;
    text += ", a redirect";
    if (!location.empty()) text += " to " + std::string(location.substr(0, 200));
    return text + ", which is not followed; set `url` to where events are accepted";
}

} // namespace sink_webhook
