// SPDX-License-Identifier: MIT
//
// The implementation of PluginHarness: the engine's services for one instance, and the checks of the rules.
#pragma once

#include <kith/hosting/operation_observer.hpp>
#include <kith/hosting/options.hpp>
#include <kith/hosting/peer_and_link_readers.hpp>
#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/log.h>
#include <kith/service/members.h>
#include <kith/service/messages.h>
#include <kith/service/metric.h>
#include <kith/service/node.h>
#include <kith/testkit/plugin_harness.hpp>

#include "recorded_peers.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>

namespace kith::testkit {

class PluginHarness::Body final : public Tenant, public CallMonitor {
  public:
    enum class State : std::uint8_t { idle, creating, created, started, stopping, stopped };

    Body(SimulatedMachine &machine, const kith_entry &entry, std::string_view id, std::string_view options, Identity identity);
    ~Body();

    static Body &of(const kith_host *host) noexcept { return *static_cast<Body *>(host->engine); }

    // ---- start and stop ----
    std::int32_t start();
    void ask_stop();
    bool stop();
    void destroy();

    // ---- rules ----
    void violate(std::string text);
    /// Called for each call from the plugin into the engine. Returns false when the call is not allowed now and must be
    /// refused.
    bool called(const char *what, bool only_started);
    bool live() const noexcept { return state == State::started || state == State::stopping; }

    template <class Table>
    const Table *side(std::string_view service_id) noexcept {
        const auto found = sides.find(service_id);
        return found == sides.end() ? nullptr : static_cast<const Table *>(found->second);
    }
    /// The first argument of calls into the plugin's tables.
    void *plugin_self() noexcept { return instance == nullptr ? nullptr : instance->self; }

    // ---- Tenant, CallMonitor ----
    const void *service(std::string_view id) noexcept override;
    void *self() noexcept override { return observer.self(); }
    void enter(const char *what) noexcept override;
    void leave() noexcept override { inside = nullptr; }
    bool may_read(std::string_view variable) const noexcept override;
    void on_call(const char *what, bool only_started) noexcept override;
    TenantRights *rights() noexcept override { return limited_rights; }

    // ---- recorded calls ----
    Observation &observe(Observation::Kind kind);
    Report &report(Report::Kind kind);
    bool current(std::uint64_t epoch) const noexcept { return is_attached && epoch == epoch_now; }
    void set_link(std::string name, bool up);
    std::uint64_t ask(const char *what, const RecordedPeer &peer,
                      std::int32_t (*function)(void *, std::uint64_t, const kith_peer *));
    void deliver();
    void set_node(std::string_view name);

    SimulatedMachine &machine;
    SimNet &net;
    const kith_entry &entry;
    const kith_descriptor *descriptor = nullptr;
    Identity identity;
    Options options;
    kith_host host{};
    const kith_instance *instance = nullptr;
    std::map<std::string, const void *, std::less<>> sides;
    OperationObserver observer;
    TenantRights *limited_rights = nullptr; // harness_host.hpp
    State state = State::idle;
    const char *inside = nullptr; // the current call into the plugin
    std::thread::id loop = std::this_thread::get_id();

    // Calls of services in the current simulated hour.
    std::uint64_t hour_began = 0, calls_in_hour = 0;

    std::string error, failed_text;
    std::int32_t failed_status = KITH_OK;
    bool has_failed = false;
    std::vector<std::string> violations;
    std::vector<RecordedLine> log;
    std::vector<RecordedMetric> metrics;
    std::vector<Observation> observations;
    RecordedPeers peers;
    std::size_t max_peers = SIZE_MAX;
    std::vector<Report> reports;
    std::vector<std::string> links;
    std::string attached_node, node_name;
    std::uint64_t node_epoch = 0, epoch_now = 0;
    std::size_t looks = 0; // number of replaces, updates and failures
    bool is_attached = false, links_said = false;
    bool doubted = false;            // it has reported an empty set that no operation has shown
    std::set<std::uint64_t> joining; // operations of the connector in flight
    std::uint64_t beginning = 0;     // the operation that is being started
    std::int32_t refused = KITH_OK;
    PeerReader peer_reader;
    LinkReader link_reader;

    struct QueuedEvent {
        std::uint64_t seq;
        std::int64_t time;
        std::uint32_t kind;
        std::string json, peer;
    };
    std::deque<QueuedEvent> queue;
    std::uint64_t mask = 0, batch = 0, seq = 0;
    bool delivering = false;

    // ---- kith.members/1: plugin_harness_members.cpp ----
    struct MemberSet {
        std::vector<RecordedPeer> members;
        std::string incomplete;
    };
    struct MembersRequest {
        std::uint64_t op = 0; // 0: none
        std::uint64_t user = 0;
        std::uint64_t snapshot = 0; // 0: a new one
        std::uint32_t max = 0;
        std::string topology;
        bool cancelled = false;
    };
    struct MembersSnapshot {
        std::uint64_t id = 0; // 0: none
        std::uint64_t seq = 0;
        std::string topology;
        MemberSet set;
        std::size_t next = 0;
    };
    void complete_members(std::uint64_t op);
    void bring_members();
    std::int32_t take_members(const MembersRequest &request, std::string &text);
    std::map<std::string, MemberSet> member_sets;
    MembersRequest members_request;
    MembersSnapshot members_snapshot;
    std::vector<RecordedLeftOut> members_left_out;

    // ---- kith.messages/1: plugin_harness_messages.cpp ----
    void cancel_sends();
    std::uint64_t begin_send(const char *what,
                             const std::function<std::int32_t(const kith_messages_plugin &, std::uint64_t)> &call);
    std::set<std::uint64_t> sending; // operations in flight
    std::vector<RecordedSend> sent;
    std::vector<RecordedMessage> arrived;
    std::vector<RecordedLostMessages> lost_messages;

    std::shared_ptr<bool> alive = std::make_shared<bool>(true); // checked by deferred functions
};

/// The engine's table of a service, which is static; null for a service that is not the engine's.
const void *harness_service(std::string_view id) noexcept;
const void *harness_members_service() noexcept;
const void *harness_messages_service() noexcept;

} // namespace kith::testkit
