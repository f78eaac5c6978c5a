// SPDX-License-Identifier: MIT
//
// gossip: each host sends the name of its node to a multicast group and receives those of the others.
//
// Three tasks share the socket: `listen` opens it and receives, the sender sends by the schedule, `watch` detects silent
// neighbours. The strategy manages the leases itself (ttl 0), so a heartbeat of a known peer needs no call, and core receives
// only changes. As in core, leases run only while packets are received.
#include "envelope.hpp"
#include "heartbeat_receiver.hpp"
#include "heartbeat_sender.hpp"
#include "medium_liveness.hpp"
#include "neighbour_table.hpp"
#include "own_name_conflict_detector.hpp"
#include "packet_counter_store.hpp"
#include "packet_metrics.hpp"
#include "peer_reports.hpp"
#include "schema.hpp"
#include "settings.hpp"
#include "socket_errors.hpp"

#include <kith/clock.hpp>
#include <kith/node.hpp>
#include <kith/peer_host.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/state.hpp>
#include <kith/timer.hpp>
#include <kith/udp.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace {

using namespace gossip;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

std::unique_ptr<Envelope> make_envelope(const Settings &settings) {
    if (settings.secrets.empty()) return plain_envelope();
    const Crypto crypto = Crypto::load().value();
    return settings.authenticated ? authenticated_envelope(crypto, settings.secrets)
                                  : secret_envelope(crypto, settings.secrets);
}

class strategy : public kith::strategy, private ReceiverEvents {
  public:
    static constexpr kith::about about{
        .id = "gossip",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Nodes that find each other by UDP heartbeats, as libcluster's Gossip does.",
        .options = options_schema,
    };
    using required = kith::services<kith::options, kith::node, kith::clock, kith::timer, kith::random, kith::udp>;
    using optional = kith::services<kith::state, kith::metric>;

    explicit strategy(kith::host h)
        : kith::strategy(h),
          settings_(read_settings(kith::options(h))),
          node_(h),
          clock_(h),
          timer_(h),
          random_(h),
          udp_(h),
          metrics_(h),
          envelope_(make_envelope(settings_)),
          counter_(h, clock_, log),
          neighbours_(random_(), settings_.max_peers),
          receiver_(settings_, random_(), {*envelope_, neighbours_, own_, reports_, metrics_, clock_, log}, *this),
          sender_(h, {settings_, *envelope_, own_, socket_, counter_, socket_errors_, metrics_, clock_, random_, log},
                  [this] { repeat_silence_reason(); }) {
        udp_.on_membership = [this](const kith::membership &group) { on_membership(group); };
    }

    kith::task<> run() override {
        if (envelope_->stamped()) co_await counter_.begin();
        sender_.start();
        medium_.emplace(settings_.expire.count(), now());
        rename(node_.name());
        spawn(follow_node());
        spawn(sender_.run());
        spawn(watch());
        co_await listen();
    }

    /// A refresh cannot request heartbeats of others. It sends a heartbeat, which new neighbours answer. Before the first
    /// observation is complete, that observation is the answer.
    void refresh() override {
        if (!medium_) return;
        if (sender_.silent_for() >= 200ms) sender_.send_at_once();
        if (medium_->alive() && looked_) discovery.update({});
        repeat_silence_reason();
    }

    /// A goodbye is sent only with authentication, because others could not trust it otherwise. kith leaves, perhaps for a
    /// restart, and not the node: so the others treat this node as missing from now on, not as gone.
    kith::task<> farewell() override {
        if (socket_ && envelope_->stamped() && own_.known()) co_await sender_.send(Kind::goodbye, 500ms);
    }

  private:
    [[nodiscard]] std::int64_t now() const noexcept { return clock_.monotonic().count(); }
    [[nodiscard]] std::string place() const {
        return settings_.targets.front().text() + (settings_.interface.empty() ? "" : " on " + settings_.interface);
    }

    // ---- the node ----

    kith::task<> follow_node() {
        for (;;) {
            co_await node_.changed.wait();
            rename(node_.name());
        }
    }

    void rename(const std::string &name) {
        if (name == own_.text()) return;
        if (!name.empty() && !is_node_name(name)) {
            log.warning("the node's name cannot be sent to others: expected name@host of at most 255 bytes", {{"node", name}});
            return own_.clear();
        }
        own_.set(name, neighbours_.hash(name));
        if (const auto fault = kith::fault_of_name(name); !name.empty() && fault != kith::host_fault::none)
            log.warning("others leave our node out, whatever is announced", {{"node", name}, {"reason", kith::text_of(fault)}});
        sender_.send_at_once();
    }

    // An address belongs to this machine when a socket can be bound to it.
    void on_own_name(const kith_address &from, Mark mark) override { spawn(check_own(kith::address(from), mark)); }

    kith::task<> check_own(kith::address from, Mark mark) {
        const std::string host = from.host(), name = own_.text();
        const auto bound = co_await udp_.bind({.address = host, .port = 0});
        const bool ours = bound || bound.status() != KITH_IO; // an unclear result is not reported
        if (!own_.checked(name, mark, ours)) co_return;
        log.warning(
            "our own node's name is announced from an address that is not of this machine: another machine has it, possibly "
            "a clone of one image, or addresses are translated on the way",
            {{"node", name}, {"address", host}});
    }

    // ---- the socket ----

    kith::task<> listen() {
        for (nanoseconds backoff = 250ms;;) {
            auto socket = co_await udp_.bind({.address = settings_.bind_address,
                                              .interface = settings_.interface,
                                              .port = settings_.port,
                                              .flags = KITH_UDP_SHARED | (settings_.broadcast ? KITH_UDP_BROADCAST : 0U),
                                              .hops = settings_.hops,
                                              .max_size = 1500,
                                              .receive_buffer = 1U << 20U});
            if (socket) {
                socket_.emplace(std::move(*socket));
                lost_ = 0;
                kith::error fault = ask_for_group();
                socket_errors_.set_socket(fault);
                if (fault.status == KITH_OK) {
                    sender_.send_at_once();
                    backoff = 250ms;
                    socket_errors_.set_socket(co_await take_all());
                }
                socket_.reset();
            } else {
                socket_errors_.set_socket(why_no_socket(socket.error()));
            }
            report_silence();
            co_await timer_.sleep(random_.around(backoff, 0.2));
            backoff = std::min<nanoseconds>(2 * backoff, 10s);
        }
    }

    static kith::error why_no_socket(kith::error fault) {
        if (fault.status == KITH_EXISTS)
            fault.text += ": another program has this port to itself; end it, or set `port` to another one on all members";
        return fault;
    }

    // Until the socket fails.
    kith::task<kith::error> take_all() {
        for (;;) {
            auto batch = co_await socket_->receive();
            if (!batch) co_return std::move(batch).error();
            take(*batch);
        }
    }

    // A standing request: its results are reported to `on_membership`.
    kith::error ask_for_group() {
        if (settings_.group.empty()) return SocketErrors::none();
        const std::int32_t status = socket_->join(settings_.group, settings_.interface);
        if (status == KITH_OK) return SocketErrors::none();
        return {status, "the group " + settings_.group + " could not be asked for"};
    }

    void on_membership(const kith::membership &group) {
        if (group.status == KITH_OK) {
            socket_errors_.set_group(SocketErrors::none());
            log.info("joined the group", {{"group", group.group}, {"interface", group.interface}});
            return sender_.send_at_once(); // present neighbours answer
        }
        socket_errors_.set_group({group.status, std::string(group.text)});
        log.warning("the group is not joined, until this is over",
                    {{"group", group.group}, {"interface", group.interface}, {"reason", group.text}});
        report_silence();
    }

    // ---- received packets ----

    void take(const kith::datagrams &batch) {
        receiver_.take(batch, *medium_);
        if (batch.size() < KITH_UDP_MAX_BATCH)
            end_leases(); // otherwise more packets wait, possibly of neighbours whose lease would end
        metrics_.flush();
        if (batch.lost() > lost_) {
            metrics_.lost(batch.lost() - lost_);
            lost_ = batch.lost();
        }
        tell();
    }

    void on_sign_of_life(std::int64_t time) override {
        if (!medium_->sign(time)) return;
        if (looked_) {
            discovery.watching(true);
        } else {
            look_until_ = time + settings_.interval.count() * 8 / 5; // every host has sent a heartbeat by then
        }
    }

    void on_newcomer(std::int64_t time) override { sender_.answer(time, neighbours_.present_count()); }

    void tell() {
        const auto update = [this](const auto &newcomers, const auto &silent) {
            return discovery.update(newcomers, silent) >= 0;
        };
        if (reports_.hand_over(neighbours_, now(), update)) sender_.look_again();
    }

    // ---- the medium ----

    kith::task<> watch() {
        for (;;) {
            co_await timer_.sleep(until_next_look());
            const std::int64_t time = now();
            if (medium_->falls_silent(time)) report_silence();
            if (!medium_->alive()) continue;
            if (!looked_ && time >= look_until_) first_look();
            end_leases();
            tell();
            if (envelope_->stamped() && counter_.due(time)) co_await counter_.keep();
        }
    }

    void end_leases() { neighbours_.expire(ticks(medium_->hearing() - settings_.expire.count()), reports_.silent()); }

    // Leases end only when something is received, so they need not be checked more often than silence.
    [[nodiscard]] nanoseconds until_next_look() const {
        const auto step = std::clamp<nanoseconds>(settings_.expire / 8, 10ms, 1s);
        if (!looked_ || !medium_->alive() || reports_.any_silent()) return step;
        return std::max(step, nanoseconds(medium_->falls_silent_at() + 1 - now()));
    }

    void first_look() {
        looked_ = true;
        if (receiver_.left_out() != 0) discovery.left_out(receiver_.left_out(), receiver_.why_left_out());
        discovery.update({});
        discovery.watching(true);
    }

    void report_silence() {
        medium_->silence();
        if (looked_) discovery.watching(false);
        discovery.failed(silence_reason());
    }

    // The reason may have changed since the silence began.
    void repeat_silence_reason() {
        if (medium_->silence_reported()) discovery.failed(silence_reason());
    }

    [[nodiscard]] kith::error silence_reason() const {
        if (const kith::error *fault = socket_errors_.worst()) return *fault;
        if (!own_.known())
            return {KITH_UNAVAILABLE,
                    "nothing is received at " + place() + ", and nothing is sent until the node's name is known"};
        const auto silence = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.expire).count();
        return {KITH_UNAVAILABLE, "nothing was received at " + place() + " for " + std::to_string(silence) +
                                      " ms, not even our own heartbeat; the last known peers stay. Look at `ip maddr`, at the "
                                      "firewall (UDP), and whether multicast is allowed here; where it is not, list the others "
                                      "in `peers`"};
    }

    const Settings settings_;
    kith::node node_;
    kith::clock clock_;
    kith::timer timer_;
    kith::random random_;
    kith::udp udp_;
    PacketMetrics metrics_;
    std::unique_ptr<Envelope> envelope_;
    PacketCounterStore counter_;
    NeighbourTable neighbours_;
    OwnNameConflictDetector own_;
    PeerReports reports_;
    SocketErrors socket_errors_;
    std::optional<kith::udp_socket> socket_;
    HeartbeatReceiver receiver_;
    HeartbeatSender sender_;
    std::optional<MediumLiveness> medium_; // from start on

    std::int64_t look_until_ = 0; // when the first observation is complete
    bool looked_ = false;         // every host had the time to send one heartbeat
    std::uint64_t lost_ = 0;      // datagrams of this socket, as far as they are counted
};

} // namespace

KITH_PLUGIN(strategy)
