// SPDX-License-Identifier: MIT
#include <core/cluster/reconciler/waiting_line.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

template <class Entries>
void WaitingLine::add(Entries &entries, NameId name, Line line) {
    if (entries.size() > 2 * line_of_.size() + 64) {
        // Mostly leftovers. Each name that counts is kept once.
        mark_.resize(line_of_.size());
        ++last_mark_;
        std::erase_if(entries, [&](NameId other) {
            return line_of_[other] != line || std::exchange(mark_[other], last_mark_) == last_mark_;
        });
    }
    entries.push_back(name);
}

void WaitingLine::put(NameId name, Line line) {
    if (name >= line_of_.size()) {
        if (line == Line::none) return;
        line_of_.resize(name + 1);
    }
    line_of_[name] = line;
    if (line == Line::fresh) add(fresh_, name, line);
    if (line == Line::retry) add(retry_, name, line);
    if (line == Line::part) add(part_, name, line);
}

void WaitingLine::clear() {
    line_of_.clear();
    fresh_.clear();
    retry_.clear();
    part_.clear();
}

NameId WaitingLine::next_connect(Random &random) {
    while (!fresh_.empty()) {
        std::swap(fresh_[random.below(fresh_.size())], fresh_.back());
        const NameId name = fresh_.back();
        fresh_.pop_back();
        if (line_of_[name] == Line::fresh) return name;
    }
    while (!retry_.empty()) {
        const NameId name = retry_.front();
        retry_.pop_front();
        if (line_of_[name] == Line::retry) return name;
    }
    return no_name;
}

NameId WaitingLine::next_part() {
    while (!part_.empty()) {
        const NameId name = part_.front();
        part_.pop_front();
        if (line_of_[name] == Line::part) return name;
    }
    return no_name;
}

std::size_t WaitingLine::fresh() const {
    return static_cast<std::size_t>(
        std::count_if(fresh_.begin(), fresh_.end(), [this](NameId name) { return line_of_[name] == Line::fresh; }));
}

} // namespace kith::core
