// SPDX-License-Identifier: MIT
//
// gossip: each host tells its node's name to a group, and hears the others'.
//
// Three tasks share the socket: `listen` keeps it and takes what comes, `speak` sends when the pulse says so, `watch` looks who has
// fallen silent. The leases are kept here and not by the host (ttl 0): a heartbeat of a known peer is then no call at all, and core hears
// of changes only. What is promised is the same: leases run only while the medium is heard.
#include "admission.hpp"
#include "counter.hpp"
#include "envelope.hpp"
#include "neighbours.hpp"
#include "pulse.hpp"
#include "replays.hpp"
#include "schema.hpp"
#include "settings.hpp"
#include "tally.hpp"

#include <kith/clock.hpp>
#include <kith/node.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/state.hpp>
#include <kith/timer.hpp>
#include <kith/udp.hpp>

#include <algorithm>
#include <optional>

namespace {

using namespace gossip;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

class strategy : public kith::strategy {
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
          tally_(h),
          envelope_(make_envelope(settings_)),
          neighbours_(random_(), settings_.max_peers),
          admission_(random_(), 2 * settings_.interval.count()),
          replays_(2 * settings_.max_peers),
          poke_(h) {
        if (h.offers(KITH_STATE)) state_.emplace(h);
        udp_.on_membership = [this](const kith::membership &group) { told_of(group); };
    }

    kith::task<> run() override {
        if (envelope_->stamped()) co_await begin_counter();
        pulse_.emplace(settings_.interval.count(), now());
        rename(node_.name());
        spawn(follow_node());
        spawn(speak());
        spawn(watch());
        co_await listen();
    }

    /// Others speak when they speak; what can be done at once is to speak ourselves, which makes newcomers answer.
    void refresh() override {
        if (pulse_ && now() - spoke_ >= nanoseconds(200ms).count()) {
            pulse_->at_once(now());
            poke_.notify();
        }
        if (alive_) {
            if (looked_) discovery.update({});
        } else {
            cannot_look();
        }
    }

    /// Only what is authenticated can be believed when it says that it leaves. It is kith that leaves, perhaps to be started anew, and not
    /// the node: so others count us as missing from now on, and not as gone.
    kith::task<> farewell() override {
        if (socket_ && envelope_->stamped() && !own_.empty()) co_await send(Kind::goodbye, 500ms);
    }

  private:
    static std::unique_ptr<Envelope> make_envelope(const Settings &settings) {
        if (settings.secrets.empty()) return plain_envelope();
        const Crypto crypto = Crypto::load().value();
        return settings.authenticated ? authenticated_envelope(crypto, settings.secrets)
                                      : secret_envelope(crypto, settings.secrets);
    }

    [[nodiscard]] std::int64_t now() const noexcept { return clock_.monotonic().count(); }
    [[nodiscard]] std::string place() const {
        return settings_.targets.front().text() + (settings_.interface.empty() ? "" : " on " + settings_.interface);
    }

    kith::task<> begin_counter() {
        const auto wall = static_cast<std::uint64_t>(clock_.wall().count() / 1000);
        kith::result<void> begun = kith::error(KITH_UNSUPPORTED, "this host keeps no state");
        if (state_)
            begun = co_await counter_.begin(*state_, wall);
        else
            counter_.begin(wall);
        if (begun) co_return;
        log.warning(
            "the counter of authenticated heartbeats is not kept; should the clock be set back before the next start, others "
            "refuse us for up to 10 minutes: configure `state_dir`",
            {{"reason", begun.error().text}});
        state_.reset();
    }

    // ---- the node ----

    kith::task<> follow_node() {
        for (;;) {
            co_await node_.changed.wait();
            rename(node_.name());
        }
    }

    void rename(const std::string &name) {
        if (name == own_) return;
        if (!name.empty() && !is_node_name(name)) {
            log.warning("the node's name cannot be told to others: expected name@host of at most 255 bytes", {{"node", name}});
            own_.clear();
            return;
        }
        own_ = name;
        pulse_->at_once(now());
        poke_.notify();
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
                if (!settings_.group.empty()) socket_->join(settings_.group, settings_.interface);
                pulse_->at_once(now());
                poke_.notify();
                backoff = 250ms;
                trouble_ = co_await take_all();
                socket_.reset();
            } else {
                trouble_ = socket.error();
                if (trouble_.status == KITH_EXISTS) {
                    trouble_.text +=
                        ": another program has this port to itself; end it, or set `port` to another one on all members";
                }
            }
            cannot_look();
            co_await timer_.sleep(random_.around(backoff, 0.2));
            backoff = std::min<nanoseconds>(2 * backoff, 10s);
        }
    }

    // Until the socket fails.
    kith::task<kith::error> take_all() {
        for (;;) {
            auto batch = co_await socket_->receive();
            if (!batch) co_return std::move(batch).error();
            take(*batch);
        }
    }

    void told_of(const kith::membership &group) {
        if (group.status == KITH_OK) {
            log.info("joined the group", {{"group", group.group}, {"interface", group.interface}});
            trouble_ = {};
            pulse_->at_once(now()); // whoever is there hears of us at once
            poke_.notify();
            return;
        }
        trouble_ = kith::error(group.status, std::string(group.text));
        log.warning("the group is not joined, until this is over",
                    {{"group", group.group}, {"interface", group.interface}, {"reason", group.text}});
        if (!alive_) cannot_look();
    }

    // ---- what is heard ----

    void take(const kith::datagrams &batch) {
        const std::int64_t time = now();
        bool sign = false;
        for (const kith_datagram &datagram : batch) {
            if ((datagram.flags & KITH_DATAGRAM_TRUNCATED) != 0) {
                count(Heard::oversized, datagram, "it is longer than any heartbeat");
                continue;
            }
            const Opened heard = envelope_->open(kith::bytes(datagram));
            if (heard.verdict != Opened::Verdict::good) {
                count(heard.verdict == Opened::Verdict::foreign ? Heard::foreign : Heard::malformed, datagram, heard.why);
                continue;
            }
            if (!is_new(heard, datagram)) continue;
            if (!sign) {
                sign = true;
                sign_of_life(time);
            }
            hear(heard, datagram, time);
        }
        tally_.flush();
        if (batch.lost() > lost_) {
            tally_.lost(batch.lost() - lost_);
            lost_ = batch.lost();
        }
        tell();
    }

    // Of a form that proves it.
    bool is_new(const Opened &heard, const kith_datagram &datagram) {
        if (!envelope_->stamped()) return true;
        const std::int64_t wall = clock_.wall().count() / 1'000'000;
        switch (replays_.check(heard.name, heard.counter, heard.time, wall, now() / 1'000'000)) {
        case Replays::Verdict::fresh: return true;
        case Replays::Verdict::seen: count(Heard::replayed, datagram, "it was heard before"); return false;
        case Replays::Verdict::late: break;
        }
        count(Heard::late, datagram,
              "its clock and ours differ by more than 5 minutes, or it was recorded: look at the time service on both");
        return false;
    }

    void hear(const Opened &heard, const kith_datagram &datagram, std::int64_t time) {
        if (heard.name == own_) return tally_.add(Heard::own);
        const auto known = neighbours_.find(heard.name);
        if (heard.kind == Kind::goodbye) {
            tally_.add(Heard::known);
            if (known == Neighbours::none || !neighbours_.present(known)) return;
            neighbours_.leave(known);
            silent_.emplace_back(heard.name);
            return;
        }
        if (known != Neighbours::none) {
            const bool back = !neighbours_.present(known);
            neighbours_.hear(known, hearing_);
            tally_.add(Heard::known);
            if (back) newcomer(heard.name, datagram, time);
            return;
        }
        if (!admission_.admit(heard.name, time)) return tally_.add(Heard::waiting);
        if (!neighbours_.add(heard.name, hearing_)) {
            count(Heard::waiting, datagram, "max_peers are known already");
            return;
        }
        tally_.add(Heard::fresh);
        newcomer(heard.name, datagram, time);
    }

    void newcomer(std::string_view name, const kith_datagram &datagram, std::int64_t time) {
        newcomers_.push_back({.key = std::string(name),
                              .name = std::string(name),
                              .attributes = {{"host", std::string(name.substr(name.find('@') + 1))},
                                             {"address", kith::address(datagram.remote).host()}}});
        pulse_->answer(time, random_());
    }

    void tell() {
        if (newcomers_.empty() && silent_.empty()) return;
        // Who left and came back in one batch is there: what it says last counts.
        std::erase_if(silent_, [&](const auto &name) { return neighbours_.present(neighbours_.find(name)); });
        std::erase_if(newcomers_, [&](const auto &peer) { return !neighbours_.present(neighbours_.find(peer.key)); });
        discovery.update(newcomers_, silent_);
        if (!newcomers_.empty()) poke_.notify();
        newcomers_.clear();
        silent_.clear();
    }

    void count(Heard what, const kith_datagram &datagram, std::string_view why) {
        tally_.add(what);
        ++left_out_;
        why_ = why;
        if (now() < complain_) return;
        complain_ = now() + nanoseconds(60s).count();
        log.warning("a packet is no heartbeat for us", {{"from", kith::address(datagram.remote).text()}, {"reason", why}});
    }

    // ---- the medium ----

    // Hearing time goes on by the time between two signs, unless it is so long that it was silence.
    void sign_of_life(std::int64_t time) {
        const std::int64_t gap = time - last_sign_;
        if (alive_ && gap <= settings_.expire.count()) hearing_ += gap;
        last_sign_ = time;
        if (alive_) return;
        alive_ = true;
        trouble_ = {};
        if (looked_) {
            discovery.watching(true);
        } else {
            look_until_ = time + settings_.interval.count() * 8 / 5; // by then everybody has spoken
        }
    }

    kith::task<> watch() {
        const nanoseconds step = std::clamp<nanoseconds>(settings_.expire / 8, 10ms, 1s);
        last_sign_ = now(); // silence counts from here
        for (;;) {
            co_await timer_.sleep(step);
            const std::int64_t time = now();
            if (time - last_sign_ > settings_.expire.count()) {
                if (alive_ || !complained_of_silence_) fall_silent();
                continue;
            }
            if (!alive_) continue;
            if (!looked_ && time >= look_until_) first_look();
            std::vector<std::string> gone;
            neighbours_.expire(hearing_ - settings_.expire.count(), gone);
            if (!gone.empty()) discovery.update({}, gone);
            if (state_ && envelope_->stamped() && counter_.running_out()) co_await keep_counter();
        }
    }

    void first_look() {
        looked_ = true;
        if (left_out_ != 0) discovery.left_out(left_out_, why_);
        discovery.update({});
        discovery.watching(true);
    }

    void fall_silent() {
        if (alive_) discovery.watching(false);
        alive_ = false;
        complained_of_silence_ = true;
        if (trouble_.status == KITH_OK) {
            const auto seconds = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.expire).count();
            trouble_ = kith::error(
                KITH_UNAVAILABLE,
                own_.empty()
                    ? "nothing is heard at " + place() + ", and nothing is said until the node's name is known"
                    : "nothing was heard at " + place() + " for " + std::to_string(seconds) +
                          " ms, not even our own heartbeat; the last known peers stay. Look at `ip maddr`, at the firewall "
                          "(UDP), and whether multicast is allowed here; where it is not, list the others in `peers`");
        }
        cannot_look();
        trouble_ = {};
    }

    void cannot_look() {
        complained_of_silence_ = complained_of_silence_ || trouble_.status != KITH_OK;
        if (trouble_.status != KITH_OK) {
            discovery.failed(trouble_);
        } else {
            discovery.failed(kith::error(KITH_UNAVAILABLE, "nothing was heard at " + place() + " yet"));
        }
    }

    // ---- what is said ----

    kith::task<> speak() {
        for (;;) {
            if (own_.empty() || !socket_) {
                co_await poke_.wait();
                continue;
            }
            if (const std::int64_t wait = pulse_->due() - now(); wait > 0) {
                static_cast<void>(co_await poke_.wait_for(nanoseconds(wait)));
                continue;
            }
            spoke_ = now();
            pulse_->sent(spoke_, random_());
            co_await send(Kind::heartbeat, settings_.interval / 2);
        }
    }

    kith::task<> send(Kind what, nanoseconds timeout) {
        Stamp stamp{.counter = counter_.next(), .time = clock_.wall().count() / 1'000'000};
        random_.fill(stamp.random);
        const Bytes packet = envelope_->write(what, own_, stamp);
        std::vector<kith_datagram> datagrams;
        datagrams.reserve(settings_.targets.size());
        for (const kith::address &target : settings_.targets) datagrams.push_back(kith::datagram_to(target, packet));
        const auto sent = co_await socket_->send(datagrams, timeout);
        if (sent) {
            unsent_.clear();
            co_return;
        }
        tally_.unsent();
        if (sent.status() == KITH_STALE || sent.status() == KITH_CANCELLED || sent.error().text == unsent_) co_return;
        unsent_ = sent.error().text;
        log.warning("a heartbeat was not sent to all", {{"reason", unsent_}});
        if (!alive_) {
            trouble_ = sent.error();
            cannot_look();
        }
    }

    kith::task<> keep_counter() {
        const auto kept = co_await counter_.keep(*state_);
        if (!kept) log.warning("the counter of authenticated heartbeats cannot be kept", {{"reason", kept.error().text}});
    }

    const Settings settings_;
    kith::node node_;
    kith::clock clock_;
    kith::timer timer_;
    kith::random random_;
    kith::udp udp_;
    std::optional<kith::state> state_;
    Tally tally_;
    std::unique_ptr<Envelope> envelope_;
    Neighbours neighbours_;
    Admission admission_;
    Replays replays_;
    Counter counter_;
    std::optional<Pulse> pulse_;
    kith::signal poke_; // speak: look again when it is time
    std::optional<kith::udp_socket> socket_;

    std::string own_;             // the node's name; empty while it is unknown
    Hearing hearing_ = 0;         // hearing time
    std::int64_t last_sign_ = 0;  // when the medium was heard last
    std::int64_t look_until_ = 0; // when the first look is complete
    std::int64_t spoke_ = INT64_MIN / 2;
    bool alive_ = false;  // the medium is heard
    bool looked_ = false; // everybody had the time to speak once
    bool complained_of_silence_ = false;
    kith::error trouble_{KITH_OK, std::string{}}; // why nothing may be heard
    std::string unsent_;

    std::vector<kith::peer> newcomers_; // of the batch under way
    std::vector<std::string> silent_;   // who said goodbye in it
    std::uint64_t lost_ = 0;
    std::uint32_t left_out_ = 0; // packets that were no heartbeat for us, and why the last one
    std::string_view why_;
    std::int64_t complain_ = 0;
};

} // namespace

KITH_PLUGIN(strategy)
