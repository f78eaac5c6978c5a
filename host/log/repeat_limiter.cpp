// SPDX-License-Identifier: MIT
#include "repeat_limiter.hpp"

namespace kith::app {

namespace {

constexpr std::string_view various = "lines of many kinds";

} // namespace

bool RepeatLimiter::allow(std::uint32_t level, std::string_view who, std::string_view message, std::string_view subject,
                          Time now) {
    if (!subject.empty() && !count(level, who, message, subject, burst, now)) return false;
    return count(level, who, message, {}, subject.empty() ? burst : message_burst, now);
}

bool RepeatLimiter::count(std::uint32_t level, std::string_view who, std::string_view message, std::string_view subject,
                          std::uint32_t limit, Time now) {
    key_.assign(who).append(1, '\0').append(message).append(1, '\0').append(subject);
    auto found = kinds_.find(std::string_view(key_));
    if (found == kinds_.end()) {
        if (kinds_.size() >= max_kinds && !subject.empty()) return true;
        if (kinds_.size() >= 2 * max_kinds && message != various) return count(level, who, various, {}, message_burst, now);
        found = kinds_.emplace(key_, Kind{level, who.size(), message.size(), now, 0, 0}).first;
    }
    Kind &kind = found->second;
    if (now - kind.since >= window && kind.suppressed == 0) {
        kind.since = now;
        kind.passed = 0;
    }
    kind.level = level;
    if (kind.passed < limit) {
        ++kind.passed;
        return true;
    }
    ++kind.suppressed;
    return false;
}

std::vector<RepeatLimiter::Summary> RepeatLimiter::summaries(Time now) {
    std::vector<Summary> result;
    boost::unordered::erase_if(kinds_, [&](auto &entry) {
        auto &[key, kind] = entry;
        if (now - kind.since < window) return false;
        if (kind.suppressed == 0) return true;
        result.push_back({kind.level, key.substr(0, kind.who), key.substr(kind.who + 1, kind.message),
                          key.substr(kind.who + kind.message + 2), kind.suppressed});
        kind = {kind.level, kind.who, kind.message, now, 0, 0};
        return false;
    });
    return result;
}

} // namespace kith::app
