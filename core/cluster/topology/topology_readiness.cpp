// SPDX-License-Identifier: MIT
#include <core/cluster/topology/topology_readiness.hpp>

#include <core/cluster/reconciler/reconciler.hpp>

#include <array>
#include <utility>

namespace kith::core {

Event TopologyReadiness::event(std::uint32_t kind) const {
    Event event;
    event.kind = kind;
    event.topology = topology_;
    return event;
}

void TopologyReadiness::became_stale(std::string_view source, std::int32_t status, std::string_view reason, Time now) {
    if (std::exchange(stale_, true)) return;
    stale_since_ = now;
    Event stale = event(KITH_EVENT_TOPOLOGY_STALE);
    stale.source = source;
    stale.status = status;
    stale.reason = reason;
    bus_.publish(stale, now);
}

void TopologyReadiness::became_fresh(Time now) {
    if (!std::exchange(stale_, false)) return;
    Event fresh = event(KITH_EVENT_TOPOLOGY_FRESH);
    fresh.duration = now - stale_since_;
    fresh.has_duration = true;
    bus_.publish(fresh, now);
}

void TopologyReadiness::became_ready(std::string_view connector, std::string_view node, std::size_t peers, std::size_t linked,
                                     Time now) {
    if (ready_) return;
    if (ready_due_ == never) {
        ready_since_ = now;
        ready_due_ = short_readiness_ >= 2 ? later(now, settled_link) : now;
    }
    if (now < ready_due_) return;
    ready_due_ = never;
    ready_ = true;
    Event ready = event(KITH_EVENT_TOPOLOGY_READY);
    ready.connector = connector;
    ready.node = node;
    const std::array<EventCount, 2> counts{{{"peers", peers}, {"linked", linked}}};
    ready.counts = counts;
    ready.duration = now - unready_since_;
    ready.has_duration = true;
    bus_.publish(ready, now);
}

void TopologyReadiness::became_unready(Time now) {
    ready_due_ = never;
    if (!std::exchange(ready_, false)) return;
    unready_since_ = now;
    short_readiness_ = now - ready_since_ < settled_link ? short_readiness_ + 1 : 0;
}

void TopologyReadiness::detached(Time now) {
    if (std::exchange(ready_, false)) unready_since_ = now;
    short_readiness_ = 0;
    ready_due_ = never;
}

} // namespace kith::core
