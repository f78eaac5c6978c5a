// SPDX-License-Identifier: MIT
//
// Connector mesh: joins hosts in a mesh of kith's own. The protocol is that of protocol/member.hpp; this file carries out its actions.
#include "link_security.hpp"
#include "link_streams.hpp"
#include "schema.hpp"
#include "settings.hpp"

#include <kith/clock.hpp>
#include <kith/messages.hpp>
#include <kith/metric.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>

#include <algorithm>
#include <list>
#include <set>

namespace {

using namespace std::chrono_literals;
using namespace kith::mesh;

constexpr const char *has_left = "it has left the mesh; a start of kith joins it again";
constexpr Time dial_time = 1s;    // for the connection alone
constexpr Time write_time = 10s;  // a peer that reads nothing for so long has failed
constexpr Time answer_time = 5s;  // of a connect for which this member dials nobody itself
constexpr Time listen_pause = 1s; // between two attempts to listen
constexpr Time last_words_time = 500ms;
constexpr std::size_t most_accepted_in_turn = 16;
constexpr std::size_t most_handshakes = 64; // at once, of connections that were accepted; others are closed
constexpr std::size_t read_size = 65536;

class mesh_connector : public kith::connector, public kith::message_carrier {
  public:
    static constexpr kith::about about{
        .id = "mesh",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Joins hosts in a mesh of kith's own: links, failure detection and messages, for services without a BEAM.",
        .options = options_schema,
        .prune = KITH_PRUNE_DISCONNECT,
        .parallel = 128,
    };
    using required = kith::services<kith::options, kith::timer, kith::random, kith::clock, kith::tcp, kith::tls>;
    using optional = kith::services<kith::messages, kith::metric>;

    explicit mesh_connector(kith::host h)
        : connector(h),
          host_(h),
          settings_(read_settings(kith::options(h))),
          timer_(h),
          random_(h),
          clock_(h),
          tcp_(h),
          security_(h, settings_),
          messages_(h.context().find<kith_messages_host>(KITH_MESSAGES) == nullptr
                        ? nullptr
                        : std::make_unique<kith::messages>(h, *this)),
          wake_(h),
          members_(h, {"members", "Members that are up, without this one."}),
          direct_(h, {"direct_links", "Members with a direct link."}),
          accusations_(h, {"accusations_total", "Members that this one has reported as unreachable."}),
          announcements_(h, {"announcements_total", "Times that others believed this member down and it was not."}),
          refused_(h, {"refused_connections_total", "Connections that proved no membership of the cluster."}),
          names_(settings_.degree / 2) {}

    kith::task<> run() override {
        kith::listener listener;
        for (;;) {
            auto secured = co_await security_.open();
            if (secured) {
                auto listening = co_await tcp_.listen(settings_.listen_address, settings_.port, 1024);
                if (listening) {
                    listener = std::move(*listening);
                    break;
                }
                secured = std::move(listening).error();
            }
            links.detached(secured.error());
            co_await timer_.sleep(listen_pause);
        }
        begin(listener.local.port);
        links.attached(settings_.node);
        report_all();
        spawn(keep_time());
        for (std::size_t in_turn = 0;;) {
            auto accepted = co_await listener.accept();
            if (!accepted) {
                log.warning("a connection was not accepted", {{"reason", accepted.error().text}});
                co_await timer_.sleep(100ms);
                continue;
            }
            if (handshakes_ < most_handshakes) spawn(admit(std::move(*accepted)));
            if (++in_turn % most_accepted_in_turn == 0) co_await timer_.sleep({});
        }
    }

    kith::task<kith::result<void>> connect(kith::peer to) override {
        if (left_) co_return kith::error(KITH_UNAVAILABLE, has_left);
        if (!member_) co_return kith::error(KITH_UNAVAILABLE, "this member does not listen yet");
        if (to.name.size() > longest_name)
            co_return kith::error(KITH_INVALID, "its name has " + std::to_string(to.name.size()) + " bytes: expected at most " +
                                                    std::to_string(longest_name));
        const auto at = endpoint_of(to, settings_.peer_port);
        if (settings_.plain && !is_loopback(at.address.empty() ? host_part(to.name) : at.address))
            co_return kith::error(KITH_DENIED,
                                  "option plain is true, and " + to.name +
                                      " is not on loopback: without encryption a member dials loopback addresses only");
        if (is_up(to.name)) co_return kith::result<void>();
        const auto waiting = waiting_.emplace(waiting_.end(), host_, to.name);
        const leave_list leaves(waiting_, waiting);
        member_->want(to.name, at, now());
        carry_out();
        const Time until = now() + answer_time;
        while (!is_up(to.name)) {
            if (!waiting->failure.empty()) co_return kith::error(KITH_UNAVAILABLE, waiting->failure);
            const Time left = until - now();
            if (left <= 0s) co_return kith::error(KITH_TIMED_OUT, member_->explain(to.name));
            (void)co_await waiting->changed.wait_for(left);
        }
        co_return kith::result<void>();
    }

    kith::task<kith::result<void>> disconnect(kith::peer from) override {
        if (member_) {
            member_->part(from.name, now());
            carry_out();
        }
        co_return kith::result<void>();
    }

    void refresh() override {
        if (member_ && !left_) report_all();
    }

    // kith::message_carrier

    kith::result<void> send(std::uint64_t op, const kith::message &what) override {
        if (!member_) return kith::error(KITH_UNAVAILABLE, "this member does not listen yet");
        const auto sent = what.broadcast ? member_->broadcast(what.channel, what.data, now())
                                         : member_->send(what.peer, what.channel, what.data, op, now());
        const std::string peer(what.peer);
        kith::result<void> out;
        switch (sent) {
        case Messages::Sent::begun:
            if (what.broadcast) messages_->done(op);
            break;
        case Messages::Sent::full:
            out = kith::error(KITH_LIMIT, "the queue of the link towards " + (what.broadcast ? "a neighbour" : peer) +
                                              " is full: send again later");
            break;
        case Messages::Sent::too_large:
            out = kith::error(KITH_INVALID, "it has " + std::to_string(what.data.size()) + " bytes: expected at most " +
                                                std::to_string(Messages::largest));
            break;
        case Messages::Sent::unknown_member:
            out = kith::error(KITH_NOT_FOUND, "no member " + peer + " is up: " + member_->explain(peer));
            break;
        }
        carry_out();
        return out;
    }

    void cancel(std::uint64_t op) override { messages_->done(op, KITH_CANCELLED); }

    kith::result<void> leave(std::uint64_t op) override {
        if (!member_) return kith::error(KITH_UNAVAILABLE, "this member does not listen yet");
        left_ = true;
        complete_ = false;
        reported_.clear();
        member_->end(true, now());
        carry_out();
        links.detached(kith::error(KITH_UNAVAILABLE, has_left));
        messages_->done(op);
        return {};
    }

    kith::task<> farewell() override {
        if (!member_) co_return;
        member_->end(settings_.leave_on_terminate, now());
        for (auto &[id, link] : streams_) {
            if (link->writing) continue; // some of those bytes are under way
            const std::string last = member_->take_output(id, SIZE_MAX);
            (void)co_await link->to.write(last, last_words_time);
        }
    }

  private:
    struct waiting_connect {
        waiting_connect(kith::host h, std::string peer) : name(std::move(peer)), changed(h) {}
        std::string name;
        std::string failure;
        kith::signal changed;
    };
    using waiting_list = std::list<waiting_connect>;
    class leave_list {
      public:
        leave_list(waiting_list &of, waiting_list::iterator at) noexcept : of_(of), at_(at) {}
        ~leave_list() { of_.erase(at_); }
        leave_list(const leave_list &) = delete;
        leave_list &operator=(const leave_list &) = delete;

      private:
        waiting_list &of_;
        waiting_list::iterator at_;
    };

    class counted_handshake {
      public:
        explicit counted_handshake(std::size_t &count) noexcept : count_(count) { ++count_; }
        ~counted_handshake() { --count_; }
        counted_handshake(const counted_handshake &) = delete;
        counted_handshake &operator=(const counted_handshake &) = delete;

      private:
        std::size_t &count_;
    };

    Time now() const { return clock_.monotonic(); }
    std::uint64_t wall() const { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, clock_.wall() / 1ms)); }
    bool is_up(const std::string &name) const { return member_->is_up(name); }

    void begin(std::uint16_t port) {
        MemberSettings settings;
        settings.name = settings_.node;
        settings.cluster = settings_.cluster;
        settings.listening = {{}, port};
        settings.degree = settings_.degree;
        settings.heartbeat = settings_.heartbeat;
        settings.silence = settings_.heartbeat * 54 / 10;
        settings.run = {std::max<std::uint64_t>(wall(), 1), random_()};
        settings.seed = random_();
        member_ = std::make_unique<Member>(names_, settings, now());
        member_->wall(wall());
    }

    /// Lets the protocol know the time whenever it asks for that.
    kith::task<> keep_time() {
        for (;;) {
            waits_until_ = member_->deadline();
            const Time left = waits_until_ - now();
            if (left > 0s) {
                (void)co_await wake_.wait_for(left);
            } else {
                co_await timer_.sleep({});
            }
            member_->wall(wall());
            member_->advance(now());
            carry_out();
        }
    }

    /// After each input of the protocol.
    void carry_out() {
        for (auto &action : member_->take_actions()) carry_out(action);
        if (member_->deadline() < waits_until_) {
            waits_until_ = member_->deadline();
            wake_.notify();
        }
    }

    void carry_out(Action &action) {
        switch (action.kind) {
        case Action::Kind::dial: spawn(dial(action.link, action.name, action.endpoint)); break;
        case Action::Kind::output:
            if (const auto at = streams_.find(action.link); at != streams_.end()) at->second->wake.notify();
            break;
        case Action::Kind::close:
            if (const auto at = streams_.find(action.link); at != streams_.end()) {
                at->second->closing = true;
                at->second->wake.notify();
            }
            break;
        case Action::Kind::up:
            if (complete_) {
                links.up(described(action.name));
                reported_.insert(action.name);
            }
            changed(action.name, {});
            break;
        case Action::Kind::down:
            if (reported_.erase(action.name) != 0) links.down(action.name, action.text);
            break;
        case Action::Kind::failed: changed(action.name, action.text); break;
        case Action::Kind::isolated:
            if (left_) break;
            log.warning(action.text.empty() ? "this host has links again" : "this host has no link left", {});
            if (action.text.empty()) {
                report_all();
            } else {
                for (const auto &name : std::exchange(reported_, {})) links.down(name, action.text);
            }
            break;
        case Action::Kind::notice: log.warning(action.text, {}); break;
        case Action::Kind::message: arrived(action); break;
        case Action::Kind::done:
            if (messages_) messages_->done(action.ticket, action.text.empty() ? KITH_OK : KITH_UNREACHABLE, action.text);
            break;
        }
        const auto &counters = member_->counters();
        members_.set(static_cast<double>(member_->membership().up_count()));
        direct_.set(static_cast<double>(member_->direct_links()));
        accusations_.add(static_cast<double>(counters.accusations - std::exchange(counted_.accusations, counters.accusations)));
        announcements_.add(
            static_cast<double>(counters.announcements - std::exchange(counted_.announcements, counters.announcements)));
    }

    void arrived(const Action &action) {
        if (!messages_) return;
        const kith::message message{
            .peer = action.name, .channel = action.channel, .data = action.text, .broadcast = action.to_all};
        if (messages_->arrived({&message, 1}) < 0)
            log.warning("a message that violates the limits was dropped", {{"peer", action.name}});
    }

    void changed(const std::string &name, const std::string &failure) {
        for (auto &each : waiting_) {
            if (each.name != name) continue;
            each.failure = failure;
            each.changed.notify();
        }
    }

    kith::link described(const std::string &name) const {
        return {name, {{"direct", member_->direct(name) ? "true" : "false"}}};
    }

    void report_all() {
        std::vector<kith::link> all;
        reported_.clear();
        for (const auto &each : member_->up()) {
            kith::link link{each.name, {{"direct", each.direct ? "true" : "false"}}};
            if (each.rtt >= 0s) link.attributes.push_back({"rtt_us", std::to_string(each.rtt / 1us)});
            all.push_back(std::move(link));
            reported_.insert(each.name);
        }
        complete_ = links.all(all) >= 0;
    }

    // ---- connections ----

    kith::task<> dial(LinkId id, std::string name, Membership::Endpoint to) {
        const std::string address = to.address.empty() ? std::string(host_part(name)) : to.address;
        const std::uint16_t port = to.port != 0 ? to.port : settings_.peer_port;
        if (settings_.plain && !is_loopback(address)) { // another member has reported this address
            member_->dial_failed(id, address + " is not on loopback, and option plain is true", false, now());
            carry_out();
            co_return;
        }
        auto stream = co_await tcp_.connect(address, port, dial_time);
        if (!stream) {
            member_->dial_failed(id, stream.error().text, stream.status() == KITH_REFUSED || stream.status() == KITH_RESET,
                                 now());
            carry_out();
            co_return;
        }
        auto proved = co_await security_.secure_dialled(*stream, name);
        if (!proved) {
            member_->dial_failed(id, proved.error().text, proved.status() != KITH_TIMED_OUT, now());
            carry_out();
            co_return;
        }
        // The streams first: the protocol has something to write at once.
        serve(id, std::move(*stream));
        member_->connected(id, *proved, now());
        carry_out();
    }

    /// A connection from another member, until it has proved who it is.
    kith::task<> admit(kith::stream from) {
        const counted_handshake one(handshakes_);
        const std::string remote = from.remote.address;
        auto proved = co_await security_.secure_accepted(from);
        if (!proved) {
            refused_.add();
            log.warning("a connection was refused", {{"from", remote}, {"reason", proved.error().text}});
            co_return;
        }
        if (const auto id = member_->accepted(*proved, now())) serve(*id, std::move(from));
    }

    void serve(LinkId id, kith::stream stream) {
        const auto link = std::make_shared<LinkStream>(host_, std::move(stream));
        streams_[id] = link;
        spawn(write(id, link));
        spawn(read(id, link));
    }

    kith::task<> read(LinkId id, std::shared_ptr<LinkStream> link) {
        std::vector<std::byte> buffer(4096);
        while (link->to.open()) {
            const auto got = co_await link->to.read(buffer);
            if (!got) {
                over(id, got.status() == KITH_CLOSED ? "it ended the connection" : got.error().text);
                co_return;
            }
            member_->received(id, {reinterpret_cast<const char *>(buffer.data()), *got}, now());
            carry_out();
            if (*got == buffer.size() && buffer.size() < read_size) buffer.resize(read_size); // an idle link needs little
        }
    }

    kith::task<> write(LinkId id, std::shared_ptr<LinkStream> link) {
        for (;;) {
            const std::string bytes = member_->take_output(id, read_size);
            if (!bytes.empty()) {
                link->writing = true;
                const auto wrote = co_await link->to.write(bytes, write_time);
                if (!wrote) {
                    over(id, wrote.status() == KITH_TIMED_OUT ? "it does not read" : wrote.error().text);
                    co_return;
                }
                link->writing = false;
                carry_out(); // there may be more
                continue;
            }
            if (link->closing) {
                over(id, "closed");
                co_return;
            }
            co_await link->wake.wait();
        }
    }

    void over(LinkId id, const std::string &why) {
        const auto at = streams_.find(id);
        if (at == streams_.end()) return;
        const auto link = at->second;
        streams_.erase(at);
        link->closing = true;
        link->to.close();
        link->wake.notify();
        member_->closed(id, why, now());
        (void)member_->take_output(id, SIZE_MAX); // nobody reads its last words
        carry_out();
    }

    kith::host host_;
    const Settings settings_;
    kith::timer timer_;
    kith::random random_;
    kith::clock clock_;
    kith::tcp tcp_;
    LinkSecurity security_;
    std::unique_ptr<kith::messages> messages_;
    kith::signal wake_; // the protocol asks for the time earlier than it did
    Time waits_until_{};
    kith::gauge members_, direct_;
    kith::counter accusations_, announcements_, refused_;
    std::size_t handshakes_ = 0; // of connections that were accepted
    Member::Counters counted_;
    NameTable names_;
    std::unique_ptr<Member> member_; // from the moment on at which it listens
    LinkStreams streams_;
    waiting_list waiting_;
    std::set<std::string> reported_; // as up
    bool complete_ = false;          // the complete set was reported once
    bool left_ = false;              // for good, until kith is started again
};

} // namespace

KITH_PLUGIN(mesh_connector)
