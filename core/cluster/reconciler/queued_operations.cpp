// SPDX-License-Identifier: MIT
#include <core/cluster/reconciler/queued_operations.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

template <class Entries>
void QueuedOperations::add(Entries &entries, NameId name, Kind kind) {
    if (entries.size() > 2 * kind_of_.size() + 64) {
        // Most entries are obsolete. Keeps each valid name once.
        mark_.resize(kind_of_.size());
        ++last_mark_;
        std::erase_if(entries, [&](NameId other) {
            return kind_of_[other] != kind || std::exchange(mark_[other], last_mark_) == last_mark_;
        });
    }
    entries.push_back(name);
}

void QueuedOperations::put(NameId name, Kind kind) {
    if (name >= kind_of_.size()) {
        if (kind == Kind::none) return;
        kind_of_.resize(name + 1);
    }
    kind_of_[name] = kind;
    if (kind == Kind::first_connect) add(first_connects_, name, kind);
    if (kind == Kind::reconnect) add(reconnects_, name, kind);
    if (kind == Kind::disconnect) add(disconnects_, name, kind);
}

void QueuedOperations::clear() {
    kind_of_.clear();
    first_connects_.clear();
    reconnects_.clear();
    disconnects_.clear();
}

NameId QueuedOperations::next_connect(Random &random) {
    while (!first_connects_.empty()) {
        std::swap(first_connects_[random.below(first_connects_.size())], first_connects_.back());
        const NameId name = first_connects_.back();
        first_connects_.pop_back();
        if (kind_of_[name] == Kind::first_connect) return name;
    }
    while (!reconnects_.empty()) {
        const NameId name = reconnects_.front();
        reconnects_.pop_front();
        if (kind_of_[name] == Kind::reconnect) return name;
    }
    return no_name;
}

NameId QueuedOperations::next_disconnect() {
    while (!disconnects_.empty()) {
        const NameId name = disconnects_.front();
        disconnects_.pop_front();
        if (kind_of_[name] == Kind::disconnect) return name;
    }
    return no_name;
}

std::size_t QueuedOperations::first_connects() const {
    return static_cast<std::size_t>(std::count_if(first_connects_.begin(), first_connects_.end(),
                                                  [this](NameId name) { return kind_of_[name] == Kind::first_connect; }));
}

} // namespace kith::core
