// SPDX-License-Identifier: MIT
//
// A running topology: what its strategies say goes in, classes for the reconciler and events for the bus come out.
//
// How an engine drives it:
//   * construct it with the reconciler of its connector, add_source for each strategy in the order of the file, then start(now);
//   * hand on what the strategies say, at once, also inside their calls; nothing here calls a plugin. A refused input changes
//     nothing, has been counted as a failed observation already, and its Status is what the plugin gets;
//   * after any input look at next_deadline() of the topology *and* of its reconciler; call advance(now) when due;
//   * stop(now) or the destructor gives its peers up: their links are left as they are.
// The reconciler and the bus outlive it.
#pragma once

#include <core/cluster/base/status.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/membership/membership.hpp>
#include <core/cluster/reconciler/reconciler.hpp>
#include <core/cluster/topology/observation_events.hpp>
#include <core/cluster/topology/peer_events.hpp>
#include <core/cluster/topology/reason_writer.hpp>
#include <core/cluster/topology/topology_health.hpp>
#include <core/config/policy.hpp>
#include <kith/hosting/peer_view.hpp>

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
    // policy: valid (see name_template.hpp), prune resolved (`unsaid` counts as keep).
    LiveTopology(std::string name, Policy policy, Reconciler &reconciler, EventBus &bus);
    ~LiveTopology();
    LiveTopology(const LiveTopology &) = delete;
    LiveTopology &operator=(const LiveTopology &) = delete;

    SourceId add_source(std::string name);
    // Before start: the local node's name as it is configured, so that the node is not told as a peer of its own before the
    // connector attaches. What the connector then says counts.
    void expect_node(std::string_view name) { membership_.set_self(name); }
    void start(Time now);
    // reason: why, such as "kith is stopping". Afterwards every input answers KITH_CANCELLED.
    void stop(std::string_view reason, Time now);

    // -- what the strategies say (kith_discovery_host) --
    Status replace(SourceId source, std::span<const PeerView> peers, Time now);
    Status update(SourceId source, std::span<const PeerView> upserted, std::span<const std::string_view> missing,
                  std::span<const std::string_view> left, Time now);
    Status watching(SourceId source, bool in_sync, Time now);
    Status heard(SourceId source, Time now);
    Status failed(SourceId source, std::int32_t status, std::string_view text, Time now);
    Status left_out(SourceId source, std::uint32_t items, std::string_view reason, Time now);
    // What the engine finds wrong with a call before it can be handed on (an empty key, no UTF-8): counted as `failed`.
    Status refused(SourceId source, std::int32_t status, std::string_view text, Time now) {
        return failed(source, status, text, now);
    }

    // -- what was known before a restart --
    // These peers are held, and the topology is stale, until the source has looked; nothing when it has. age: how long ago the source
    // last had them.
    void remember(SourceId source, std::span<const PeerView> peers, Time age, Time now);
    // How long ago the source knew what there is; nothing when it has not looked and nothing was remembered.
    std::optional<Time> known_age(SourceId source, Time now) const { return reasons_.known_age(source, now); }
    // The peers of a source that are worth remembering.
    void each_known(SourceId source, const std::function<void(const PeerView &)> &function) const {
        membership_.queries().each_known(source, function);
    }
    // Is another one when that may have changed.
    std::uint64_t revision() const { return revision_; }

    // A new policy, evaluated from the raw observations. What it no longer takes in is left alone.
    void set_policy(Policy policy, Time now);

    // -- time --
    Time next_deadline() const; // `never`: nothing until an input
    void advance(Time now);

    // -- what it knows --
    std::string_view name() const { return name_; }
    const Policy &policy() const { return membership_.policy(); }
    bool stale() const { return health_.stale(); }
    bool ready() const { return health_.ready(); }
    std::size_t size() const { return membership_.size(); } // peers it believes in: wanted and held
    std::size_t linked() const { return linked_; }          // of them
    PeerClass class_of(std::string_view name) const;
    // Where a name stands and why, in sentences for people; says so when it was never seen.
    std::string why(std::string_view name, Time now) const;
    // The peers it believes in, in the order they were found.
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
        std::int32_t status;               // of the last failure, while it cannot look
        std::uint64_t looks, failed_looks; // since the topology started
        std::size_t remembered;            // peers of it that are known from before the restart alone
    };
    std::vector<SourceStatus> sources() const;

    // Every name it knows of, also those it does not believe in, in the order they were found.
    struct NameStatus {
        std::string_view name;
        std::string_view state; // a word of MembershipQueries::NameStatus
        PeerClass peer_class = PeerClass::none;
        Time since = 0;
    };
    void each_name(const std::function<void(const NameStatus &)> &function) const;
    NameStatus name_status(std::string_view name) const; // state is empty when it is not known
    NameStanding standing(std::string_view name, Time now) const;
    // The peer as its first source has it; false when it is not known. The views are valid until the next input.
    bool describe(std::string_view name, PeerView &peer) const;
    std::size_t guarded() const { return membership_.guarded(); } // names whose removal the guard holds
    std::string_view source_name(SourceId source) const { return sources_.knows(source) ? sources_[source].name : name_; }
    // Why a name is not known any more, when it was lost not long ago; empty else.
    std::string_view last_words(std::string_view name) const;
    std::uint64_t collisions() const { return membership_.collisions(); }

  private:
    std::string_view user_name() const override { return name_; }
    const ConnectLimits &connect_limits() const override { return limits_; }
    PeerClass class_of(NameId name) const override { return membership_.queries().class_of(name); }
    bool describe(NameId name, PeerView &peer) const override;
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
    void give_up();

    std::string name_;
    Reconciler &reconciler_;
    EventBus &bus_;
    ConnectLimits limits_;
    Membership membership_;
    ObservationEvents sources_;
    ReasonWriter reasons_;
    PeerEvents peer_events_;
    TopologyHealth health_;
    std::vector<MembershipChange> changes_;
    mutable std::vector<AttributeView> attributes_;
    std::size_t linked_ = 0;
    std::uint64_t revision_ = 0;
    bool started_ = false;
    bool stopped_ = false;
};

} // namespace kith::core
