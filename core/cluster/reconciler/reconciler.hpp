// SPDX-License-Identifier: MIT
//
// Compares the wanted peers with the existing links and has the connector connect and disconnect accordingly. There is one
// reconciler for each connector instance, shared by the topologies that use it. It is level-triggered: a wanted peer without a
// link is connected to, even if no event reported that the link was lost.
//
// How an engine drives it:
//   * It passes every report of the connector (attached ... done) at once, also inside the plugin's call. These inputs never
//   call the
//     Connector. They return a status of kith/plugin.h for the plugin.
//   * After any input here or to a topology it checks next_deadline(): when that is due (<= now), it calls advance(now) from
//   the queue,
//     otherwise by a timer. Only advance calls the Connector.
//   * When the plugin's instance has ended or failed, it calls lost(): the operations are forgotten, and epochs may begin at 1
//   again.
#pragma once

#include <core/cluster/base/deadline_queue.hpp>
#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/peer_link_class.hpp>
#include <core/cluster/base/random.hpp>
#include <core/cluster/base/status.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/membership/link_queries.hpp>
#include <core/cluster/reconciler/connect_patience_and_backoff.hpp>
#include <core/cluster/reconciler/connector.hpp>
#include <core/cluster/reconciler/operations_in_flight.hpp>
#include <core/cluster/reconciler/overlay_bridge.hpp>
#include <core/cluster/reconciler/queued_operations.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

// A node detects a silent peer after up to 75 s (Erlang: net_ticktime, 60 s, and a quarter of it). A link that ends sooner
// twice in a row may continue to do so, and counts as a failure.
inline constexpr Time settled_link = 75 * one_second;

// A topology as the reconciler uses it.
class ReconcilerUser {
  public:
    virtual std::string_view user_name() const = 0;
    virtual const ConnectLimits &connect_limits() const = 0;
    virtual PeerClass class_of(NameId name) const = 0;
    // False: reason_to_wait is empty.
    virtual bool may_wait() const { return false; }
    // Why no further peer is to be connected while this number of connects is in flight; empty: one may be.
    virtual std::string reason_to_wait(std::size_t connecting) const {
        (void)connecting;
        return {};
    }
    // Describes the peer; false when this topology does not know it. The views are valid until the next input.
    virtual bool describe(NameId name, PeerView &peer) const = 0;
    virtual void on_attached(std::string_view node, Time now) = 0;
    virtual void on_detached(Time now) = 0;
    virtual void on_links_known(Time now) = 0; // once for each attachment, after on_link for each link
    virtual void on_link(NameId name, bool up, Time now) = 0;
    // The name has neither a link nor an operation any more.
    virtual void on_quiet(NameId name) = 0;

  protected:
    ~ReconcilerUser() = default;
};

class Reconciler final : public LinkQueries {
  public:
    // connector: the name of the instance, for events. parallel: kith_descriptor.parallel; 0: no limit.
    Reconciler(std::string connector, std::uint32_t parallel, Connector &plugin, EventBus &bus, std::uint64_t seed);
    Reconciler(const Reconciler &) = delete;
    Reconciler &operator=(const Reconciler &) = delete;

    // -- reports of the connector (kith_connector_host) --
    Status attached(std::string_view node, std::uint64_t epoch, Time now);
    Status detached(std::int32_t status, std::string_view text, Time now);
    Status links(std::uint64_t epoch, std::span<const LinkView> links, Time now);
    Status link_up(std::uint64_t epoch, const LinkView &link, Time now);
    Status link_down(std::uint64_t epoch, std::string_view name, std::string_view reason, Time now);
    Status done(std::uint64_t op, std::int32_t status, std::string_view text, Time now);
    // The plugin instance has ended.
    void lost(std::int32_t status, std::string_view text, Time now);
    // Another instance of the plugin, which is attached to the node and has reported these links, takes the place of the former one, whose
    // operations are forgotten. The peers are connected or disconnected as these links require; that is no end of the attachment.
    void succeed(std::string_view node, std::uint64_t epoch, std::span<const LinkView> links, Time now);

    // Starts no further operations, and the next advance cancels those in flight. Links are not changed. For the end of the
    // process.
    void stop(Time now);

    // -- time --
    Time next_deadline() const; // 0: call advance now; `never`: not before an input
    void advance(Time now);

    // -- state --
    std::string_view connector() const { return connector_; }
    bool attached() const { return attached_; }
    std::string_view node() const { return node_; } // the last known name of the local node; empty before the first attachment
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
    // The state of the link as text, such as "linked since 12 s" or "attempt 3 failed: ...; the next is in 4 s"; empty for an
    // unknown name.
    std::string why(std::string_view name, Time now) const;
    // The same as values. text and status are those of the last failure, while there is one.
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
    LinkStatus link_status(NameId name, Time now) const;
    // Why the connector is not attached, from its last report.
    std::int32_t detached_status() const { return detached_status_; }
    std::string_view detached_text() const { return detached_text_; }
    // The topologies that use it.
    const std::vector<ReconcilerUser *> &users() const { return users_; }
    // The linked names in the order of their numbers.
    std::vector<std::string_view> linked_names() const;

    // -- for the topologies --
    Interner &names() { return names_; }
    const Interner &names() const { return names_; }
    void add_user(ReconcilerUser &user);
    void remove_user(ReconcilerUser &user); // its classes were all set to `none` before
    void limits_changed();
    // A reason to wait may be gone.
    void look_for_room() { room_changed_ = true; }
    // Changes a topology's class of a name. The name is referenced as long as it has a class.
    void move(NameId name, PeerClass from, PeerClass to);

  private:
    using Kind = QueuedOperations::Kind;
    using CancelReason = Operation::CancelReason;
    using Slot = OperationsInFlight::Slot;

    struct Peer {
        ClassCounts classes;
        bool up = false;     // while detached: the last known state
        bool member = false; // of the node's cluster, without a link: it may have to be disconnected
        bool ever_up = false;
        bool tried = false;      // a connect was started since the link was last up
        bool referenced = false; // we hold a reference to the name
        bool dirty = false;
        bool parked = false;                // it is in parked_
        Work work = Work::none;             // under way
        Work settling = Work::none;         // the operation has succeeded, and the link has not changed yet
        Slot op = OperationsInFlight::none; // its slot
        std::uint32_t failures = 0;         // in a row
        std::uint32_t short_links = 0;      // number of consecutive links shorter than settled_link
        std::uint32_t yields = 0;
        std::uint32_t mark = 0;
        std::int32_t status = KITH_OK;
        Time since = 0; // of the link's state
        Time retry_at = 0;
        Time settle_by = never;
        Time wake_at = never;                       // time of the valid entry in deadlines_
        std::unique_ptr<const std::string> failure; // its text, of the last one; null: none
        std::string_view text() const { return failure == nullptr ? std::string_view{} : std::string_view{*failure}; }
    };
    Peer &peer(NameId name);
    void mind(NameId name);
    void touch(NameId name);
    void consider(NameId name, Time now);
    void wake(NameId name, Time at);
    void note_unknown(NameId name, Time now);
    void bridge(Time now);
    std::string reason_to_wait(NameId name) const;
    bool has_room(NameId name) const { return reason_to_wait(name).empty(); }
    void set_member(NameId name, bool member);
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
    QueuedOperations queued_;
    std::vector<NameId> parked_; // to be connected when there is room; those that need not be are passed over
    bool room_changed_ = false;
    bool bridges_ = false; // a topology has policy.bridge
    OverlayBridge bridge_;

    std::string node_;
    std::uint64_t epoch_ = 0;
    bool attached_ = false;
    bool links_known_ = false;
    bool stopping_ = false;
    Time attached_at_ = 0;
    Time links_due_ = never;
    bool detach_reported_ = false;
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
