// SPDX-License-Identifier: MIT
//
// One for each connector instance, shared by the topologies that use it: compares what should be with what is, and has the
// connector mend the difference. Level-triggered: what is wanted and not linked is dialled, whoever forgot to say why it is not.
//
// How an engine drives it:
//   * every input (attached ... done) is made as the connector says it, at once, also inside the plugin's call; inputs never
//     call the Connector. They answer a status of kith/plugin.h for the plugin.
//   * after any input here or to a topology, look at next_deadline(): when it is due (<= now), call advance(now) from the queue;
//     else have a timer do so. advance is the only place that calls the Connector.
//   * when the plugin's instance ended or failed, call lost(): its operations are forgotten, and epochs may begin at 1 again.
#pragma once

#include <core/cluster/base/deadline_queue.hpp>
#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/peer_class.hpp>
#include <core/cluster/base/random.hpp>
#include <core/cluster/base/status.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/membership/link_queries.hpp>
#include <core/cluster/reconciler/connect_pacing.hpp>
#include <core/cluster/reconciler/connector.hpp>
#include <core/cluster/reconciler/operations_in_flight.hpp>
#include <core/cluster/reconciler/pending_operations.hpp>
#include <kith/hosting/peer_view.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

// A peer that hears nothing takes up to a minute and a quarter to notice (Erlang: net_ticktime, 60 s, and a quarter of it). What ends
// sooner twice in a row may end so for ever, and counts as a failure.
inline constexpr Time settled_link = 75 * one_second;

// A topology, as its reconciler sees it.
class ReconcilerUser {
  public:
    virtual std::string_view user_name() const = 0;
    virtual const ConnectLimits &connect_limits() const = 0;
    virtual PeerClass class_of(NameId name) const = 0;
    // The peer as this topology knows it; false when it does not. The views are valid until the next input.
    virtual bool describe(NameId name, PeerView &peer) const = 0;
    virtual void on_attached(std::string_view node, Time now) = 0;
    virtual void on_detached(Time now) = 0;
    virtual void on_links_known(Time now) = 0; // once for each attachment, after on_link for each of them
    virtual void on_link(NameId name, bool up, Time now) = 0;
    // Neither a link nor work on it any more.
    virtual void on_quiet(NameId name) = 0;

  protected:
    ~ReconcilerUser() = default;
};

class Reconciler final : public LinkQueries {
  public:
    // connector: the instance's name, for events. parallel: kith_descriptor.parallel, 0 for no limit of its own.
    Reconciler(std::string connector, std::uint32_t parallel, Connector &plugin, EventBus &bus, std::uint64_t seed);
    Reconciler(const Reconciler &) = delete;
    Reconciler &operator=(const Reconciler &) = delete;

    // -- what the connector says (kith_connector_host) --
    Status attached(std::string_view node, std::uint64_t epoch, Time now);
    Status detached(std::int32_t status, std::string_view text, Time now);
    Status links(std::uint64_t epoch, std::span<const LinkView> links, Time now);
    Status link_up(std::uint64_t epoch, const LinkView &link, Time now);
    Status link_down(std::uint64_t epoch, std::string_view name, std::string_view reason, Time now);
    Status done(std::uint64_t op, std::int32_t status, std::string_view text, Time now);
    // The instance is gone.
    void lost(std::int32_t status, std::string_view text, Time now);

    // Nothing is begun any more, and the next advance cancels what is under way; links stay as they are. For the end of the
    // process.
    void stop(Time now);

    // -- time --
    Time next_deadline() const; // 0: there is something to do now; `never`: nothing until an input
    void advance(Time now);

    // -- what it knows --
    std::string_view connector() const { return connector_; }
    bool attached() const { return attached_; }
    std::string_view node() const { return node_; } // the last known name; empty before the first attachment
    std::uint64_t epoch() const { return epoch_; }
    bool links_known() const { return links_known_; }
    bool linked(NameId name) const;
    bool last_up(NameId name) const { return name < peers_.size() && peers_[name].up; } // while detached: as it was
    bool busy(NameId name) const override;
    bool ever_linked(NameId name) const override;
    std::size_t link_count() const { return link_count_; }
    std::size_t connects_in_flight() const { return ops_.connecting(); }
    std::size_t disconnects_in_flight() const { return ops_.disconnecting(); }
    std::size_t known_names() const { return names_.size(); }
    // "is linked since 12 s", "attempt 3 failed: ...; next in 4 s": what joining it has come to; empty for an unknown name.
    std::string why(std::string_view name, Time now) const;
    // The same as values. text and status: of the last failure, while there is one.
    struct LinkStatus {
        enum class State : std::uint8_t { unknown, linked, connecting, disconnecting, settling, waiting, backing_off, idle };
        State state = State::unknown;
        Time since = 0;    // linked, connecting, disconnecting
        Time retry_at = 0; // backing_off
        std::uint32_t failures = 0;
        std::int32_t status = KITH_OK;
        std::string_view text;
    };
    LinkStatus link_status(std::string_view name, Time now) const;
    // Why it is not attached, as the connector reported it last.
    std::int32_t detached_status() const { return detached_status_; }
    std::string_view detached_text() const { return detached_text_; }
    // The topologies that use it.
    const std::vector<ReconcilerUser *> &users() const { return users_; }
    // Linked names in the order of their numbers.
    std::vector<std::string_view> linked_names() const;

    // -- for the topologies --
    Interner &names() { return names_; }
    const Interner &names() const { return names_; }
    void add_user(ReconcilerUser &user);
    void remove_user(ReconcilerUser &user); // it has given up all its classes before
    void limits_changed();
    // A topology's class of a name changes; the name is held as long as it has a class.
    void move(NameId name, PeerClass from, PeerClass to);

  private:
    using Kind = PendingOperations::Kind;
    using CancelReason = Operation::CancelReason;
    using Slot = OperationsInFlight::Slot;

    struct Peer {
        ClassCounts classes;
        bool up = false; // while detached: as it was last known
        bool ever_up = false;
        bool tried = false;      // a connect was begun since it was last up
        bool referenced = false; // we hold a reference to the name
        bool dirty = false;
        Work work = Work::none;             // under way
        Work settling = Work::none;         // has succeeded, and the link does not show it yet
        Slot op = OperationsInFlight::none; // its slot
        std::uint32_t failures = 0;         // in a row
        std::uint32_t short_links = 0;      // in a row, shorter than settled_link
        std::uint32_t yields = 0;
        std::uint32_t mark = 0;
        Time since = 0; // of the link's state
        Time retry_at = 0;
        Time settle_by = never;
        Time wake_at = never; // the entry in deadlines_ that counts
        std::int32_t status = KITH_OK;
        std::string text; // of the last failure
    };
    Peer &peer(NameId name);
    void mind(NameId name);
    void touch(NameId name);
    void consider(NameId name, Time now);
    void wake(NameId name, Time at);
    void set_link(NameId name, bool up, std::string_view reason, Time now, bool observed,
                  std::span<const AttributeView> attributes = {});
    void begin(NameId name, Work work, Time now);
    void end_op(Slot slot);
    void ended(NameId name, Work work, std::int32_t status, std::string_view text, Time began, Time now);
    void fail(NameId name, Work work, std::int32_t status, std::string_view text, Time duration, Time now);
    void op_due(Slot slot, Time now);
    void peer_due(NameId name, Time now);
    void give_way(Time now);
    void forget_attachment();
    void forget_operations();
    const ConnectLimits &limits_of(NameId name) const;
    ReconcilerUser *owner(NameId name) const;
    ReconcilerUser *owner(NameId name, Work work) const;
    void publish(std::uint32_t kind, NameId name, std::int32_t status, std::string_view reason, Time now, Time duration = never,
                 std::span<const AttributeView> attributes = {});

    std::string connector_;
    std::uint32_t own_parallel_;
    std::uint32_t parallel_ = 16;
    Connector &plugin_;
    EventBus &bus_;
    Random random_;
    Interner names_;
    std::vector<Peer> peers_; // by NameId
    std::vector<ReconcilerUser *> users_;
    OperationsInFlight ops_;
    PendingOperations pending_;

    std::string node_;
    std::uint64_t epoch_ = 0;
    bool attached_ = false;
    bool links_known_ = false;
    bool stopping_ = false;
    Time attached_at_ = 0;
    Time links_due_ = never;
    bool detach_told_ = false;
    std::int32_t detached_status_ = KITH_OK;
    std::string detached_text_;
    std::size_t link_count_ = 0;
    std::uint32_t mark_ = 0;
    ConnectPacing pacing_;
    Time yield_at_ = never;

    std::vector<NameId> dirty_;
    DeadlineQueue deadlines_; // by name
};

} // namespace kith::core
