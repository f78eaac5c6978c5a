// SPDX-License-Identifier: MIT
#include "event_counters.hpp"

#include <core/cluster/base/hash.hpp>

#include <algorithm>

namespace kith::app {

namespace {

std::vector<double> delay_bounds() { return {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800}; }

std::uint64_t peer_hash(const core::StoredEvent &event) {
    return core::hash_bytes(event.topology()) * 0x9E3779B97F4A7C15U + core::hash_bytes(event.peer());
}

template <class Map>
auto &at(Map &map, std::string_view name) {
    const auto found = map.find(name);
    return found != map.end() ? found->second : map.try_emplace(std::string(name)).first->second;
}

} // namespace

void Histogram::add(double value) {
    const auto place = std::lower_bound(bounds.begin(), bounds.end(), value);
    ++counts[static_cast<std::size_t>(place - bounds.begin())];
    sum += value;
}

EventCounters::EventCounters(core::EventBus &bus) : bus_(bus) {
    bus_.observe([this](const core::StoredEvent &event) { count(event); });
}

EventCounters::~EventCounters() { bus_.observe(nullptr); }

void EventCounters::count(const core::StoredEvent &event) {
    if (event.kind() < kinds_.size()) ++kinds_[event.kind()];
    switch (event.kind()) {
    case KITH_EVENT_CONNECT_STARTED: ++at(connects_, event.connector()); break;
    case KITH_EVENT_CONNECT_FAILED: ++failures_[{std::string(event.connector()), event.status()}]; break;
    case KITH_EVENT_PEER_DISCOVERED:
        if (seen_.size() < most_waiting && !event.reason().starts_with("seen again"))
            seen_.try_emplace(peer_hash(event), event.time());
        break;
    case KITH_EVENT_PEER_LOST:
    case KITH_EVENT_LINK_DOWN: // what links again is no first link
        seen_.erase(peer_hash(event));
        break;
    case KITH_EVENT_LINK_UP: {
        const auto found = seen_.find(peer_hash(event));
        if (found == seen_.end()) break;
        auto delays = delays_.find(event.topology());
        if (delays == delays_.end()) delays = delays_.try_emplace(std::string(event.topology()), delay_bounds()).first;
        delays->second.add(static_cast<double>(event.time() - found->second) / 1e9);
        seen_.erase(found);
        break;
    }
    default: break;
    }
}

} // namespace kith::app
