// SPDX-License-Identifier: MIT
//
// What a topology makes of the orders of an operator.
#include <core/cluster/base/format_duration.hpp>
#include <core/cluster/topology/topology.hpp>

#include <array>
#include <string>
#include <utility>

namespace kith::core {

Status LiveTopology::carry_out(const Order &order, Time now) {
    if (stopped_) return {KITH_CANCELLED, "the topology is stopped"};
    if (order.duration > Order::longest) return {KITH_INVALID, "the longest time is 7 d"};
    switch (order.kind) {
    case Order::Kind::pause:
        if (order.duration == 0) return {KITH_INVALID, "a pause of no time is none"};
        pause(later(now, order.duration), "an operator paused it", now);
        return {};
    case Order::Kind::resume:
        if (!overrides_.paused()) return {KITH_STALE, "the topology is not paused"};
        resume("an operator resumed it", now);
        return {};
    case Order::Kind::confirm: return confirm_removals(order.hold, now);
    case Order::Kind::hold: return hold_peer(order.peer, order.duration, now);
    case Order::Kind::forget: return forget_peer(order.peer, now);
    }
    return {KITH_INVALID, "there is no such order"};
}

void LiveTopology::pause(Time until, std::string_view reason, Time now) {
    const bool again = overrides_.paused();
    if (!again) {
        reclass([&] { overrides_.pause(until, now); });
        membership_.pause(now);
    } else {
        overrides_.pause(until, now);
    }
    const std::string text = std::string(reason) + " for " + duration_text(until - now) +
                             ": kith connects and disconnects no peer, and no removal goes on; it resumes by itself";
    bus_.publish({.kind = KITH_EVENT_TOPOLOGY_PAUSED, .topology = name_, .connector = reconciler_.connector(), .reason = text},
                 now);
}

void LiveTopology::resume(std::string_view reason, Time now) {
    const Time since = overrides_.paused_since();
    bus_.publish({.kind = KITH_EVENT_TOPOLOGY_RESUMED,
                  .duration = now - since,
                  .has_duration = true,
                  .topology = name_,
                  .connector = reconciler_.connector(),
                  .reason = reason},
                 now);
    reclass([&] { overrides_.resume(); });
    membership_.resume(now);
    if (!reconciler_.attached()) health_.detached(now);
    settle(now);
}

Status LiveTopology::confirm_removals(std::uint64_t hold, Time now) {
    if (overrides_.paused()) return {KITH_BUSY, "the topology is paused, and no removal goes on before it resumes"};
    const std::uint64_t present = membership_.hold();
    if (present == 0) return {KITH_STALE, "the guard holds nothing any more: the hold is over, or its peers came back"};
    if (hold != present)
        return {KITH_STALE, "the hold has changed since: it is number " + std::to_string(present) + " now, of " +
                                std::to_string(membership_.guarded()) + " peers"};
    const std::string reason = "an operator confirmed hold " + std::to_string(hold);
    const std::array<EventCount, 1> counts{{{"peers", membership_.guarded()}}};
    bus_.publish({.kind = KITH_EVENT_REMOVAL_CONFIRMED, .topology = name_, .reason = reason, .counts = counts}, now);
    membership_.confirm_removals();
    settle(now);
    return {};
}

Status LiveTopology::hold_peer(std::string_view name, Time duration, Time now) {
    const NameId id = reconciler_.names().find(name);
    if (duration == 0) {
        if (id == no_name || !overrides_.holds(id)) return {KITH_STALE, "no operator holds this peer"};
        release_peer(id, "an operator ended its hold", now);
        return {};
    }
    if (id == no_name || !membership_.queries().standing(id, now).known)
        return {KITH_NOT_FOUND, "the topology knows no peer of this name"};
    if (!membership_.queries().member(id)) return {KITH_INVALID, "it is no peer that the topology believes in"};
    const std::string text =
        "an operator holds it for " + duration_text(duration) + ": its link is kept, and kith does not connect it";
    return hold_name(name, later(now, duration), text, now);
}

Status LiveTopology::hold_name(std::string_view name, Time until, std::string_view reason, Time now) {
    bool done = false;
    reclass([&] { done = overrides_.hold(name, until); });
    if (!done) return {KITH_LIMIT, "an operator holds " + std::to_string(Overrides::most_holds) + " peers already"};
    bus_.publish({.kind = KITH_EVENT_PEER_HELD, .topology = name_, .peer = name, .reason = reason}, now);
    return {};
}

void LiveTopology::release_peer(NameId name, std::string_view reason, Time now) {
    if (membership_.queries().member(name))
        bus_.publish(
            {.kind = KITH_EVENT_PEER_DISCOVERED, .topology = name_, .peer = reconciler_.names().text(name), .reason = reason},
            now);
    reclass([&] { overrides_.release(name); });
}

Status LiveTopology::forget_peer(std::string_view name, Time now) {
    const NameId id = reconciler_.names().find(name);
    if (id == no_name || !membership_.queries().standing(id, now).known)
        return {KITH_NOT_FOUND, "the topology knows no peer of this name"};
    if (!membership_.queries().member(id)) return {KITH_INVALID, "it is no peer that the topology believes in"};
    membership_.remove(id, now);
    settle(now);
    return {};
}

void LiveTopology::expire_overrides(Time now) {
    if (overrides_.paused() && overrides_.paused_until() <= now) resume("the time of its pause is over", now);
    for (const NameId name : overrides_.over(now)) release_peer(name, "the time of its hold is over", now);
}

// Brings a change of the overrides to the reconciler.
void LiveTopology::reclass(const std::function<void()> &change) {
    struct Known {
        NameId name;
        PeerClass membership, before;
    };
    std::vector<Known> all;
    membership_.queries().each_name([&](const MembershipQueries::NameStatus &status) {
        if (status.peer_class == PeerClass::none) return;
        all.push_back({status.name, status.peer_class, overrides_.apply(status.name, status.peer_class)});
    });
    change();
    for (const Known &known : all) reconciler_.move(known.name, known.before, overrides_.apply(known.name, known.membership));
}

void LiveTopology::withhold() {
    reclass([&] { overrides_.withhold(true); });
}

void LiveTopology::restore(Time paused_until, std::span<const HeldPeer> held, std::string_view before, Time now) {
    reclass([&] { overrides_.withhold(false); });
    if (stopped_) return;
    if (paused_until > now && !overrides_.paused())
        pause(paused_until, "it was paused before " + std::string(before) + ", and goes on so", now);
    for (const HeldPeer &peer : held) {
        const NameId id = reconciler_.names().find(peer.name);
        if (peer.until <= now || (id != no_name && overrides_.holds(id))) continue;
        const std::string text = "an operator held it before " + std::string(before) +
                                 ": its link is kept, and kith does not connect it for " + duration_text(peer.until - now);
        hold_name(peer.name, peer.until, text, now);
    }
}

Time LiveTopology::held_until(std::string_view name) const {
    const NameId id = reconciler_.names().find(name);
    return id == no_name ? 0 : overrides_.held_until(id);
}

} // namespace kith::core
