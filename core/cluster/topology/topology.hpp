// SPDX-License-Identifier: MIT
//
// A running topology: turns the reports of its strategies into classes for the reconciler and events on the bus.
//
// How an engine drives it:
//   * It constructs it with the reconciler of its connector, calls add_source for each strategy in the order of the file, then
//   start(now).
//   * It passes on the reports of the strategies at once, also inside their calls. Nothing here calls a plugin. A refused input
//   changes
//     nothing and was counted as a failed observation; its Status is returned to the plugin.
//   * After any input it checks next_deadline() of the topology *and* of its reconciler, and calls advance(now) when due.
//   * stop(now) or the destructor releases the peers. Their links are not changed.
// The reconciler and the bus outlive the topology.
#pragma once

#include <core/cluster/base/status.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/membership/membership.hpp>
#include <core/cluster/reconciler/reconciler.hpp>
#include <core/cluster/topology/operator_order.hpp>
#include <core/cluster/topology/overrides.hpp>
#include <core/cluster/topology/peer_events.hpp>
#include <core/cluster/topology/reason_writer.hpp>
#include <core/cluster/topology/source_report_events.hpp>
#include <core/cluster/topology/topology_readiness.hpp>
#include <core/config/policy.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class LiveTopology final : private ReconcilerUser {
  public:
    // policy: valid (see name_template.hpp), with prune resolved (`unsaid` counts as keep).
    LiveTopology(std::string name, Policy policy, Reconciler &reconciler, EventBus &bus);
    ~LiveTopology();
    LiveTopology(const LiveTopology &) = delete;
    LiveTopology &operator=(const LiveTopology &) = delete;

    SourceId add_source(std::string name);
    // Call it before start: sets the configured name of the local node, so that the node is not published as its own peer
    // before the connector attaches. The name that the connector then reports replaces it.
    void expect_node(std::string_view name) { membership_.set_self(name); }
    void start(Time now);
    // reason: such as "kith is stopping". Afterwards every input returns KITH_CANCELLED.
    void stop(std::string_view reason, Time now);

    // -- reports of the strategies (kith_discovery_host) --
    Status replace(SourceId source, std::span<const PeerView> peers, Time now);
    Status update(SourceId source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                  std::span<const std::string_view> left, Time now);
    Status watching(SourceId source, bool in_sync, Time now);
    Status heard(SourceId source, Time now);
    Status failed(SourceId source, std::int32_t status, std::string_view text, Time now);
    Status left_out(SourceId source, std::uint32_t items, std::string_view reason, Time now);
    // Another instance observes from now on, with other options or of another plugin: see Membership. text: why.
    Status restarted(SourceId source, std::string_view text, Time now);
    // The same, when the other instance has looked already: its reports follow.
    Status succeeded(SourceId source, Time now);
    // The engine has refused a call before it reached the topology (an empty key, invalid UTF-8): counts as `failed`.
    Status refused(SourceId source, std::int32_t status, std::string_view text, Time now) {
        return failed(source, status, text, now);
    }

    // -- peers from before a restart --
    // Holds these peers, and makes the topology stale, until the source has reported. Does nothing when it has reported
    // already. age: the time since the source last reported them.
    void remember(SourceId source, std::span<const PeerView> peers, Time age, Time now);
    // The time since the source last had a current view; nullopt when it has not reported and nothing was remembered.
    std::optional<Time> known_age(SourceId source, Time now) const { return reasons_.known_age(source, now); }
    // The peers of a source to store for the next start.
    void each_known(SourceId source, const std::function<void(const PeerView &)> &function) const {
        membership_.queries().each_known(source, function);
    }
    // Changes whenever the peers to store may have changed.
    std::uint64_t revision() const { return revision_; }

    // Applies a new policy to the raw observations. Peers that it no longer accepts are ignored; their links are not changed.
    void set_policy(Policy policy, Time now);

    // -- orders of an operator (topology_orders.cpp) --
    // KITH_STALE: too late. KITH_NOT_FOUND, KITH_INVALID: because of the peer. KITH_BUSY: not while it is paused. KITH_LIMIT.
    Status carry_out(const Order &order, Time now);
    const Overrides &overrides() const { return overrides_; }
    Time held_until(std::string_view name) const;                     // by an operator; 0: not held
    std::uint64_t removal_hold() const { return membership_.hold(); } // the number for Order::confirm; 0: nothing is held
    // Until `restore`, which sets the overrides of before a restart, no peer is connected or disconnected.
    void withhold();
    struct HeldPeer {
        std::string name;
        Time until;
    };
    // before: such as "kith started", for the reasons.
    void restore(Time paused_until, std::span<const HeldPeer> held, std::string_view before, Time now);

    // -- time --
    Time next_deadline() const; // `never`: not before an input
    void advance(Time now);

    // -- state --
    std::string_view name() const { return name_; }
    std::string_view local_node() const { return membership_.self(); } // empty: not known
    const Policy &policy() const { return membership_.policy(); }
    bool stale() const { return health_.stale(); }
    bool ready() const { return health_.ready(); }
    std::size_t size() const { return membership_.size(); } // number of members: wanted and held
    std::size_t linked() const { return linked_; }          // linked members
    PeerClass class_of(std::string_view name) const;
    // The state of a name and its reasons as text, also for a name that was never seen.
    std::string why(std::string_view name, Time now) const;
    // The members, in the order of their discovery.
    struct PeerStatus {
        std::string_view name;
        PeerClass peer_class;
        bool linked;
    };
    std::vector<PeerStatus> peers() const;
    struct SourceStatus {
        std::string_view name;
        bool looked;
        bool stale;
        std::size_t peers;
        std::uint64_t failures; // in a row
        std::string_view reason;
        std::int32_t status;               // of the last failure, while the source is failing
        std::uint64_t looks, failed_looks; // successful and failed observations since the start
        std::size_t remembered;            // number of its peers that are known only from before the restart
    };
    std::vector<SourceStatus> sources() const;

    // Every known name, also those that are not members, in the order of their discovery.
    struct NameStatus {
        std::string_view name;
        std::string_view state; // a state of MembershipQueries::NameStatus
        PeerClass peer_class = PeerClass::none;
        Time since = 0;
    };
    void each_name(const std::function<void(const NameStatus &)> &function) const;
    // The same with all that is known of each name, for those who show it. The views are valid within the call.
    struct PeerDetails {
        std::string_view name, state, key;
        PeerClass peer_class = PeerClass::none;
        Time since = 0;
        Time held_until = 0; // by an operator; 0: not held
        Reconciler::LinkStatus::State link = Reconciler::LinkStatus::State::unknown;
        std::span<const SourceId> sources; // that report it now
        std::span<const AttributeView> attributes;
    };
    void each_peer(Time now, const std::function<void(const PeerDetails &)> &function) const;
    // Of the members only: wanted and held.
    void each_member(Time now, const std::function<void(const PeerDetails &)> &function) const;
    // Of one name; the function is not called when it is not known.
    void peer_details(std::string_view name, Time now, const std::function<void(const PeerDetails &)> &function) const;
    NameStatus name_status(std::string_view name) const; // state is empty for an unknown name
    NameStanding standing(std::string_view name, Time now) const;
    // The peer as its first source reported it; false for an unknown name. The views are valid until the next input.
    bool describe(std::string_view name, PeerView &peer) const;
    std::size_t guarded() const { return membership_.guarded(); } // number of names whose removal the guard holds
    std::string_view source_name(SourceId source) const { return sources_.knows(source) ? sources_[source].name : name_; }
    // The reason why a name was lost recently; empty for other names.
    std::string_view last_words(std::string_view name) const;
    std::uint64_t collisions() const { return membership_.collisions(); }

  private:
    std::string_view user_name() const override { return name_; }
    const ConnectLimits &connect_limits() const override { return limits_; }
    PeerClass class_of(NameId name) const override { return overrides_.apply(name, membership_.queries().class_of(name)); }
    bool describe(NameId name, PeerView &peer) const override;
    bool may_wait() const override { return !begun_ || membership_.policy().links != 0; }
    std::string reason_to_wait(std::size_t connecting) const override;
    void on_attached(std::string_view node, Time now) override;
    void on_detached(Time now) override;
    void on_links_known(Time now) override;
    void on_link(NameId name, bool up, Time now) override;
    void on_quiet(NameId name) override;

    Status usable(SourceId source) const;
    void conclude(SourceId source, const Status &status, ObservationTally &tally, bool whole, Time now);
    void confirm(SourceId source, Time now);
    void count_failure(SourceId source, std::int32_t status, std::string_view text, Time now);
    void settle(Time now);
    void update_stale(Time now);
    void update_ready(Time now);
    std::string reason_not_to_begin(Time now) const;
    void update_begun(Time now);
    void give_up();
    void pause(Time until, std::string_view reason, Time now);
    void resume(std::string_view reason, Time now);
    Status confirm_removals(std::uint64_t hold, Time now);
    Status hold_peer(std::string_view name, Time duration, Time now);
    Status hold_name(std::string_view name, Time until, std::string_view reason, Time now);
    void release_peer(NameId name, std::string_view reason, Time now);
    Status forget_peer(std::string_view name, Time now);
    void expire_overrides(Time now);
    void reclass(const std::function<void()> &change);
    void show(const MembershipQueries::NameStatus &status, Time now,
              const std::function<void(const PeerDetails &)> &function) const;

    std::string name_;
    Reconciler &reconciler_;
    EventBus &bus_;
    ConnectLimits limits_;
    Membership membership_;
    ObservationEvents sources_;
    ReasonWriter reasons_;
    PeerEvents peer_events_;
    TopologyReadiness health_;
    Overrides overrides_;
    std::vector<MembershipChange> changes_;
    mutable std::vector<AttributeView> attributes_;
    mutable std::vector<SourceId> reporting_;
    std::size_t linked_ = 0;
    std::uint64_t revision_ = 0;
    std::string not_begun_; // why no peer is connected yet; empty once one may be
    bool begun_ = false;
    Time begin_at_ = never; // when strategies that follow changes will have looked often enough
    bool started_ = false;
    bool stopped_ = false;
};

} // namespace kith::core
