// SPDX-License-Identifier: MIT
#include "unanswered_joins.hpp"

#include <algorithm>

namespace kith::erlang {

bool UnansweredJoins::look_is_due(const std::string &name, Time begun, Time now) {
    if (now - std::max(begun, last_success_) < (count_ < many ? usual : usual_of_many)) return false;
    if (const auto last = looks_.find(name); last != looks_.end() && now - last->second < pause) return false;
    if (looks_.size() >= most) std::erase_if(looks_, [now](const auto &one) { return now - one.second >= pause; });
    looks_[name] = now;
    return true;
}

} // namespace kith::erlang
