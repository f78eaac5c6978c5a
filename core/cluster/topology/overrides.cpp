// SPDX-License-Identifier: MIT
#include <core/cluster/topology/overrides.hpp>

#include <algorithm>

namespace kith::core {

Overrides::~Overrides() {
    for (const auto &[name, until] : holds_) names_.release(name);
}

void Overrides::pause(Time until, Time now) {
    if (!paused()) paused_since_ = now;
    paused_until_ = until;
    ++revision_;
}

void Overrides::resume() {
    paused_until_ = 0;
    ++revision_;
}

Time Overrides::held_until(NameId name) const {
    const auto found = holds_.find(name);
    return found == holds_.end() ? 0 : found->second;
}

bool Overrides::hold(std::string_view text, Time until) {
    const NameId name = names_.acquire(text);
    const bool known = holds(name);
    if (known || holds_.size() >= most_holds) names_.release(name);
    if (!known && holds_.size() >= most_holds) return false;
    holds_[name] = until;
    ++revision_;
    return true;
}

void Overrides::release(NameId name) {
    if (holds_.erase(name) == 0) return;
    names_.release(name);
    ++revision_;
}

void Overrides::each_hold(const std::function<void(std::string_view name, Time until)> &function) const {
    for (const auto &[name, until] : holds_) function(names_.text(name), until);
}

Time Overrides::next_deadline() const {
    Time next = paused() ? paused_until_ : never;
    for (const auto &[name, until] : holds_) next = std::min(next, until);
    return next;
}

std::vector<NameId> Overrides::over(Time now) const {
    std::vector<NameId> names;
    for (const auto &[name, until] : holds_) {
        if (until <= now) names.push_back(name);
    }
    return names;
}

} // namespace kith::core
