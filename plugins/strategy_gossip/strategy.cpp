// SPDX-License-Identifier: MIT
//
// gossip: each host tells its node's name to a group, and hears the others'.
//
// Three tasks share the socket: `listen` keeps it and takes what comes, `speak` sends when the pulse says so, `watch` looks who has
// fallen silent. The leases are kept here and not by the host (ttl 0): a heartbeat of a known peer is then no call at all, and core hears
// of changes only. What is promised is the same: leases run only while the medium is heard.
#include "admission.hpp"
#include "complaints.hpp"
#include "counter.hpp"
#include "doubles.hpp"
#include "envelope.hpp"
#include "medium.hpp"
#include "neighbours.hpp"
#include "pulse.hpp"
#include "replays.hpp"
#include "schema.hpp"
#include "settings.hpp"
#include "tally.hpp"

#include <kith/clock.hpp>
#include <kith/node.hpp>
#include <kith/peer_host.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/state.hpp>
#include <kith/timer.hpp>
#include <kith/udp.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <new>
#include <optional>
#include <span>

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
          doubles_(settings_.expire.count()),
          mark_seed_(neighbours_.hash("mark_of")),
          poke_(h) {
        if (h.offers(KITH_STATE)) state_.emplace(h);
        udp_.on_membership = [this](const kith::membership &group) { told_of(group); };
    }

    kith::task<> run() override {
        if (envelope_->stamped()) co_await begin_counter();
        pulse_.emplace(settings_.interval.count(), now());
        medium_.emplace(settings_.expire.count(), now());
        rename(node_.name());
        spawn(follow_node());
        spawn(speak());
        spawn(watch());
        co_await listen();
    }

    /// Others speak when they speak; what can be done at once is to speak ourselves, which makes newcomers answer. Before the first
    /// look is complete, that look is the answer.
    void refresh() override {
        if (!medium_) return;
        if (now() - spoke_ >= nanoseconds(200ms).count()) speak_at_once();
        if (medium_->alive() && looked_) discovery.update({});
        if (medium_->deaf()) discovery.failed(why_deaf());
    }

    /// Only what is authenticated can be believed when it says that it leaves. It is kith that leaves, perhaps to be started anew, and not
    /// the node: so others count us as missing from now on, and not as gone.
    kith::task<> farewell() override {
        if (socket_ && envelope_->stamped() && !own_.empty()) co_await send(Kind::goodbye, 500ms);
    }

  private:
    // A packet that opened, kept for the second look.
    struct Pending {
        Opened heard;
        Neighbours::Hash hash = 0;
        const kith_datagram *datagram = nullptr;
        std::array<char, max_name> name;

        Pending() noexcept {} // leaves the name as it is

        const Opened &open(Envelope &envelope, const kith_datagram &from) {
            datagram = &from;
            return *new (&heard) Opened(envelope.open(kith::bytes(from))); // in place: a copy right behind it would wait for it
        }

        void prepare(const Neighbours &among) noexcept {
            const auto *begin = static_cast<const char *>(datagram->data);
            const char *text = heard.name.data();
            const bool lasts = std::less_equal<>()(begin, text) && std::less<>()(text, begin + datagram->size);
            if (!lasts) { // it is where the next one will be opened
                std::copy(heard.name.begin(), heard.name.end(), name.begin());
                heard.name = {name.data(), heard.name.size()};
            }
            hash = among.hash(heard.name);
            among.prefetch(hash);
        }
    };

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
    [[nodiscard]] static kith::error nothing_wrong() { return {KITH_OK, std::string{}}; }

    kith::task<> begin_counter() {
        counter_.begin(static_cast<std::uint64_t>(clock_.wall().count() / 1000));
        if (state_) co_return co_await keep_counter();
        counter_not_kept({KITH_UNSUPPORTED, "this host keeps no state"});
    }

    // Tried again each second when it fails, as on a full disk; only a host that keeps no state is not asked again.
    kith::task<> keep_counter() {
        const auto kept = co_await counter_.keep(*state_);
        keep_counter_at_ = now() + nanoseconds(1s).count();
        if (kept) {
            if (!std::exchange(not_kept_, {}).empty()) log.info("the counter of authenticated heartbeats is kept again");
            co_return;
        }
        counter_not_kept(kept.error());
        if (kept.status() == KITH_UNSUPPORTED) state_.reset();
    }

    void counter_not_kept(const kith::error &why) {
        if (std::exchange(not_kept_, why.text) == why.text) return;
        const bool no_state = why.status == KITH_UNSUPPORTED;
        log.warning(
            std::string("the counter of authenticated heartbeats is not kept; should the clock be set back before the next "
                        "start, others refuse us for up to 10 minutes: ") +
                (no_state ? "configure `state_dir`" : "tried again each second"),
            {{"reason", why.text}});
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
            own_hash_ = 0;
            return;
        }
        own_ = name;
        own_hash_ = neighbours_.hash(own_);
        own_doubled_ = false;
        if (const auto fault = kith::fault_of_name(own_); !own_.empty() && fault != kith::host_fault::none)
            log.warning("others leave our node out, whatever is announced", {{"node", own_}, {"reason", kith::text_of(fault)}});
        speak_at_once();
    }

    void speak_at_once() {
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
                lost_ = 0;
                no_socket_ = ask_for_group();
                if (no_socket_.status == KITH_OK) {
                    speak_at_once();
                    backoff = 250ms;
                    no_socket_ = co_await take_all();
                }
                socket_.reset();
            } else {
                no_socket_ = socket.error();
                if (no_socket_.status == KITH_EXISTS) {
                    no_socket_.text +=
                        ": another program has this port to itself; end it, or set `port` to another one on all members";
                }
            }
            go_deaf();
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

    // A wish that stands once it is taken: how it fares is told to `told_of`.
    kith::error ask_for_group() {
        if (settings_.group.empty()) return nothing_wrong();
        const std::int32_t status = socket_->join(settings_.group, settings_.interface);
        if (status == KITH_OK) return nothing_wrong();
        return {status, "the group " + settings_.group + " could not be asked for"};
    }

    void told_of(const kith::membership &group) {
        no_group_ = group.status == KITH_OK ? nothing_wrong() : kith::error(group.status, std::string(group.text));
        if (group.status == KITH_OK) {
            log.info("joined the group", {{"group", group.group}, {"interface", group.interface}});
            return speak_at_once(); // whoever is there answers
        }
        log.warning("the group is not joined, until this is over",
                    {{"group", group.group}, {"interface", group.interface}, {"reason", group.text}});
        go_deaf();
    }

    // ---- what is heard ----

    // In two rounds, of some at a time: what the second looks at is on its way into the cache meanwhile.
    void take(const kith::datagrams &batch) {
        const std::int64_t time = now();
        bool sign = false;
        std::array<Pending, 32> opened; // not filled with zeros: it is used from its beginning
        std::size_t count_of_opened = 0;
        for (const kith_datagram &datagram : batch) {
            if ((datagram.flags & KITH_DATAGRAM_TRUNCATED) != 0) {
                count(Heard::oversized, datagram, "it is longer than any heartbeat");
                continue;
            }
            Pending &next = opened[count_of_opened];
            const Opened &heard = next.open(*envelope_, datagram);
            if (heard.verdict != Opened::Verdict::good) {
                count(heard.verdict == Opened::Verdict::foreign ? Heard::foreign : Heard::malformed, datagram, heard.why);
                continue;
            }
            next.prepare(neighbours_);
            ++count_of_opened;
            if (count_of_opened == opened.size())
                hear_all(std::span(opened).first(std::exchange(count_of_opened, 0)), time, sign);
        }
        hear_all(std::span(opened).first(count_of_opened), time, sign);
        if (batch.size() < KITH_UDP_MAX_BATCH) end_leases(); // else more waits, of those perhaps who would be missed
        tally_.flush();
        if (batch.lost() > lost_) {
            tally_.lost(batch.lost() - lost_);
            lost_ = batch.lost();
        }
        tell();
    }

    void hear_all(std::span<const Pending> opened, std::int64_t time, bool &sign) {
        for (const Pending &one : opened) {
            if (!is_new(one.heard, *one.datagram)) continue;
            if (!std::exchange(sign, true)) sign_of_life(time);
            hear(one.heard, one.hash, *one.datagram, time);
        }
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

    void hear(const Opened &heard, Neighbours::Hash hash, const kith_datagram &datagram, std::int64_t time) {
        const Mark from = mark_of(datagram.remote, mark_seed_);
        if (hash == own_hash_) {
            if (from != own_mark_) hear_own_name(datagram.remote, from);
            return tally_.add(Heard::own);
        }
        const auto known = neighbours_.find(hash);
        const bool present = known != Neighbours::none && neighbours_.present(known);
        if (heard.kind == Kind::goodbye) {
            tally_.add(Heard::known);
            if (!replays_.last_word(heard.name, heard.counter) || !present) return;
            neighbours_.leave(known);
            silent_.emplace_back(heard.name);
            return;
        }
        if (present) {
            if (!neighbours_.hear(known, hearing(), from)) heard_elsewhere(known, hash, datagram.remote, time);
            return tally_.add(Heard::known);
        }
        if (time < refused_until_) return count(Heard::waiting, datagram, "the topology has refused more peers");
        if (known != Neighbours::none) {
            neighbours_.hear(known, hearing(), from);
        } else {
            if (!admission_.admit(heard.name, time)) return count(Heard::waiting, datagram, "more new names than 20 a second");
            if (const auto fault = kith::fault_of_name(heard.name); fault != kith::host_fault::none)
                return count(Heard::malformed, datagram, kith::text_of(fault));
            if (!neighbours_.add(heard.name, hearing(), from))
                return count(Heard::waiting, datagram, "max_peers are known already");
        }
        tally_.add(Heard::fresh);
        newcomers_.push_back({.key = std::string(heard.name),
                              .name = std::string(heard.name),
                              .attributes = {{"host", std::string(heard.name.substr(heard.name.find('@') + 1))},
                                             {"address", kith::address(datagram.remote).host()}}});
        pulse_->answer(time, random_(), neighbours_.present_count());
    }

    [[nodiscard]] Hearing hearing() const noexcept { return ticks(medium_->hearing()); }

    void heard_elsewhere(Neighbours::Index known, Neighbours::Hash hash, const kith_address &from, std::int64_t time) {
        const auto other = doubles_.changed(hash, from, time);
        if (!other) return;
        neighbours_.set_twice(known);
        log.warning(
            "one node's name is announced from two addresses: two machines have it, possibly clones of one image, or one "
            "machine has two addresses",
            {{"node", neighbours_.name(known)}, {"address", other->host()}, {"other", kith::address(from).host()}});
    }

    // An address of this machine is one that a socket can be bound to.
    void hear_own_name(const kith_address &from, Mark mark) {
        if (own_doubled_ || checking_own_) return;
        if (std::ranges::find(own_marks_, mark) != own_marks_.end()) {
            own_mark_ = mark;
            return;
        }
        checking_own_ = true;
        spawn(check_own(kith::address(from), mark));
    }

    kith::task<> check_own(kith::address from, Mark mark) {
        const std::string host = from.host(), name = own_;
        const auto bound = co_await udp_.bind({.address = host, .port = 0});
        checking_own_ = false;
        if (name != own_) co_return;
        if (bound || bound.status() != KITH_IO) { // what cannot be found out is not complained of
            if (own_marks_.size() < 16) own_marks_.push_back(mark);
            own_mark_ = mark;
            co_return;
        }
        own_doubled_ = true;
        log.warning(
            "our own node's name is announced from an address that is not of this machine: another machine has it, possibly "
            "a clone of one image, or addresses are translated on the way",
            {{"node", name}, {"address", host}});
    }

    // Who left and came back since is there: what was heard last counts. Refused newcomers are unknown again, and those who are silent are
    // told of later, so that core and we agree again.
    void tell() {
        if ((newcomers_.empty() && silent_.empty()) || now() < refused_until_) return;
        std::erase_if(silent_, [&](const auto &name) { return neighbours_.present(name); });
        std::erase_if(newcomers_, [&](const auto &peer) { return !neighbours_.present(peer.key); });
        if (discovery.update(newcomers_, silent_) < 0) {
            for (const auto &peer : newcomers_) neighbours_.leave(peer.key);
            refused_until_ = now() + nanoseconds(10s).count();
        } else {
            silent_.clear();
            if (!newcomers_.empty()) poke_.notify();
        }
        newcomers_.clear();
    }

    void count(Heard what, const kith_datagram &datagram, std::string_view why) {
        tally_.add(what);
        ++left_out_;
        why_ = why;
        if (const auto packets = complaints_.add(what, now()); packets != 0) {
            log.warning(
                "heard what is not taken",
                {{"from", kith::address(datagram.remote).text()}, {"reason", why}, {"packets", std::to_string(packets)}});
        }
    }

    // ---- the medium ----

    void sign_of_life(std::int64_t time) {
        if (!medium_->sign(time)) return;
        if (looked_) {
            discovery.watching(true);
        } else {
            look_until_ = time + settings_.interval.count() * 8 / 5; // by then everybody has spoken
        }
    }

    kith::task<> watch() {
        for (;;) {
            co_await timer_.sleep(until_next_look());
            const std::int64_t time = now();
            if (medium_->falls_silent(time)) go_deaf();
            if (!medium_->alive()) continue;
            if (!looked_ && time >= look_until_) first_look();
            end_leases();
            tell();
            if (state_ && envelope_->stamped() && counter_.running_out() && time >= keep_counter_at_) co_await keep_counter();
        }
    }

    void end_leases() { neighbours_.expire(ticks(medium_->hearing() - settings_.expire.count()), silent_); }

    // Leases end when something is heard: for them there is no need to look oftener than for silence.
    [[nodiscard]] nanoseconds until_next_look() const {
        const auto step = std::clamp<nanoseconds>(settings_.expire / 8, 10ms, 1s);
        if (!looked_ || !medium_->alive() || !silent_.empty()) return step;
        return std::max(step, nanoseconds(medium_->falls_silent_at() + 1 - now()));
    }

    void first_look() {
        looked_ = true;
        if (left_out_ != 0) discovery.left_out(left_out_, why_);
        discovery.update({});
        discovery.watching(true);
    }

    void go_deaf() {
        medium_->silence();
        if (looked_) discovery.watching(false);
        discovery.failed(why_deaf());
    }

    [[nodiscard]] kith::error why_deaf() const {
        for (const kith::error *known : {&no_socket_, &no_group_, &unsent_}) {
            if (known->status != KITH_OK) return *known;
        }
        if (own_.empty()) {
            return {KITH_UNAVAILABLE,
                    "nothing is heard at " + place() + ", and nothing is said until the node's name is known"};
        }
        const auto silence = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.expire).count();
        return {KITH_UNAVAILABLE, "nothing was heard at " + place() + " for " + std::to_string(silence) +
                                      " ms, not even our own heartbeat; the last known peers stay. Look at `ip maddr`, at the "
                                      "firewall (UDP), and whether multicast is allowed here; where it is not, list the others "
                                      "in `peers`"};
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
            unsent_ = nothing_wrong();
            co_return;
        }
        if (sent.status() == KITH_STALE || sent.status() == KITH_CANCELLED)
            co_return; // the socket is gone, and `listen` says why
        tally_.unsent();
        const kith::error why(sent.status(), "our heartbeats cannot be sent: " + sent.error().text);
        if (why.text == unsent_.text) co_return;
        unsent_ = why;
        log.warning("a heartbeat was not sent to all", {{"reason", why.text}});
        if (medium_->deaf()) discovery.failed(why_deaf());
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
    Doubles doubles_;
    std::uint64_t mark_seed_; // of mark_of
    Counter counter_;
    std::int64_t keep_counter_at_ = 0; // no earlier
    std::string not_kept_;             // why the counter is not, as it was reported
    Complaints complaints_;
    std::optional<Pulse> pulse_;   // from start on
    std::optional<Medium> medium_; // from start on
    kith::signal poke_;            // speak: look again when it is time
    std::optional<kith::udp_socket> socket_;

    std::string own_;                            // the node's name; empty while it is unknown
    Neighbours::Hash own_hash_ = 0;              // as Neighbours knows names; 0 while it is unknown
    Mark own_mark_ = 1;                          // where our own name was heard last, an address of ours; 1: nowhere
    std::vector<Mark> own_marks_;                // addresses of ours
    bool checking_own_ = false;                  // whether one is of ours
    bool own_doubled_ = false;                   // another machine has our name, and it was told
    std::int64_t look_until_ = 0;                // when the first look is complete
    bool looked_ = false;                        // everybody had the time to speak once
    std::int64_t spoke_ = INT64_MIN / 2;         // when we sent last
    kith::error no_socket_ = nothing_wrong();    // why there is none
    kith::error no_group_ = nothing_wrong();     // why it is not joined
    kith::error unsent_ = nothing_wrong();       // why our last heartbeat did not go to all
    std::vector<kith::peer> newcomers_;          // to be told of
    std::vector<std::string> silent_;            // the same: who is not heard any more
    std::int64_t refused_until_ = INT64_MIN / 2; // core has refused what we told, and is let alone until then
    std::uint64_t lost_ = 0;                     // datagrams of this socket, as far as they are counted
    std::uint32_t left_out_ = 0;                 // packets that were no heartbeat for us, and why the last one
    std::string_view why_;
};

} // namespace

KITH_PLUGIN(strategy)
