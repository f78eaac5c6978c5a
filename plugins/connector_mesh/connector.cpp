// SPDX-License-Identifier: MIT
//
// Connector mesh: joins hosts in a mesh of kith's own. The protocol is that of protocol/member.hpp; this file carries out its actions.
#include "connections.hpp"
#include "key_report.hpp"
#include "link_security.hpp"
#include "member_metrics.hpp"
#include "schema.hpp"
#include "settings.hpp"
#include "waiting_connects.hpp"

#include <kith/clock.hpp>
#include <kith/messages.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>

#include <algorithm>
#include <set>

namespace {

using namespace std::chrono_literals;
using namespace kith::mesh;

constexpr const char *has_left = "it has left the mesh; a start of kith joins it again";
constexpr Time answer_time = 5s;   // of a connect for which this member dials nobody itself
constexpr Time listen_pause = 1s;  // between two attempts to listen
constexpr Time renew_pause = 10s;  // between two rounds over the links that are outdated
constexpr Time renew_step = 100ms; // between two links: their handshakes in one moment would be a storm

class mesh_connector : public kith::connector, public kith::message_carrier, public ConnectionsOwner {
  public:
    static constexpr kith::about about{
        .id = "mesh",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Joins hosts in a mesh of kith's own: links, failure detection and messages, for services without a BEAM.",
        .options = options_schema,
        .prune = KITH_PRUNE_DISCONNECT,
        .parallel = 256, // of members, few of which it dials itself
    };
    using required = kith::services<kith::options, kith::timer, kith::random, kith::clock, kith::tcp, kith::tls>;
    using optional = kith::services<kith::messages, kith::metric, kith::file>;

    explicit mesh_connector(kith::host h)
        : connector(h),
          settings_(read_settings(kith::options(h))),
          timer_(h),
          random_(h),
          clock_(h),
          tcp_(h),
          security_(h, settings_),
          connections_(h, settings_, security_, *this),
          messages_(h.context().find<kith_messages_host>(KITH_MESSAGES) == nullptr
                        ? nullptr
                        : std::make_unique<kith::messages>(h, *this)),
          wake_(h),
          outdated_(h),
          metrics_(h),
          waiting_(h),
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
        make_member(listener.local.port);
        links.attached(settings_.node);
        report_all();
        spawn(keep_time());
        spawn(renew_links());
        for (const auto &file : security_.files()) spawn(security_.follow(file, [this] { security_changed(); }));
        co_await connections_.accept_all(listener);
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
        WaitingConnects::One waiting(waiting_, to.name);
        member_->want(to.name, at, now());
        carry_out();
        const Time until = now() + answer_time;
        while (!is_up(to.name)) {
            if (!waiting.failure().empty()) co_return kith::error(KITH_UNAVAILABLE, waiting.failure());
            const Time left = until - now();
            if (left <= 0s) co_return kith::error(KITH_TIMED_OUT, member_->explain(to.name));
            (void)co_await waiting.changed().wait_for(left);
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
        if (what.channel == keys_channel && what.broadcast)
            report_keys(settings_.node); // a broadcast does not arrive at its sender
        const auto sent = what.broadcast ? member_->broadcast(what.channel, what.data)
                                         : member_->send(what.peer, what.channel, what.data, op, now());
        kith::result<void> out;
        switch (sent) {
        case Messages::Sent::begun:
            if (what.broadcast) messages_->done(op);
            break;
        case Messages::Sent::full:
            out = kith::error(KITH_LIMIT, "the queue of the link towards " +
                                              std::string(what.broadcast ? "a neighbour" : what.peer) +
                                              " is full: send again later");
            break;
        case Messages::Sent::unanswered:
            out = kith::error(KITH_LIMIT, std::to_string(SentMessages::most) +
                                              " messages of this member have no receipt yet: send again later");
            break;
        case Messages::Sent::too_many_channels:
            out = kith::error(KITH_LIMIT, "broadcasts were sent on " + std::to_string(BroadcastNumbers::most_channels) +
                                              " channels within the last minute: use fewer names, or send again later");
            break;
        case Messages::Sent::too_large:
            out = kith::error(KITH_INVALID, "it has " + std::to_string(what.data.size()) + " bytes: expected at most " +
                                                std::to_string(Messages::largest));
            break;
        case Messages::Sent::unknown_member:
            out = kith::error(KITH_NOT_FOUND, "no member " + std::string(what.peer) + " is up: " + member_->explain(what.peer));
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
        co_await connections_.write_final_output();
    }

  private:
    // ConnectionsOwner

    Member &member() override { return *member_; }
    Time now() const override { return clock_.monotonic(); }
    void begin(kith::task<> work) override { spawn(std::move(work)); }

    std::uint64_t wall() const { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, clock_.wall() / 1ms)); }
    bool is_up(const std::string &name) const { return member_->is_up(name); }

    void make_member(std::uint16_t port) {
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

    void carry_out() override {
        const auto actions = member_->take_actions();
        for (const auto &action : actions) carry_out(action);
        if (!actions.empty()) metrics_.report(*member_);
        if (const Time due = member_->deadline(); due < waits_until_) {
            waits_until_ = due;
            wake_.notify();
        }
    }

    void carry_out(const Action &action) {
        switch (action.kind) {
        case Action::Kind::dial: spawn(connections_.dial(action.link, action.name, action.endpoint)); break;
        case Action::Kind::output: connections_.wake(action.link); break;
        case Action::Kind::close: connections_.close(action.link); break;
        case Action::Kind::up:
            if (complete_) {
                links.up(described(action.name));
                reported_.insert(action.name);
            }
            waiting_.changed(action.name, {});
            break;
        case Action::Kind::down:
            if (reported_.erase(action.name) != 0) links.down(action.name, action.text);
            break;
        case Action::Kind::failed: waiting_.changed(action.name, action.text); break;
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
        case Action::Kind::messages: arrived(action); break;
        case Action::Kind::done:
            for (const std::uint64_t ticket : action.tickets) {
                if (messages_ && ticket != 0)
                    messages_->done(ticket, action.text.empty() ? KITH_OK : KITH_UNREACHABLE, action.text);
            }
            break;
        }
    }

    void arrived(const Action &action) {
        if (!messages_) return;
        if (action.channel == keys_channel && action.to_all) {
            for (std::size_t i = 0; i < action.places.size(); ++i) report_keys(action.name);
            return;
        }
        std::vector<kith::message> list;
        list.reserve(action.places.size());
        for (const auto &each : action.places)
            list.push_back(
                {.peer = action.name, .channel = action.channel, .data = action.text_of(each), .broadcast = action.to_all});
        if (messages_->arrived(list) < 0) // what violates them is the channel, which is that of all
            log.warning("messages that violate the limits were dropped",
                        {{"peer", action.name}, {"messages", std::to_string(list.size())}});
    }

    /// Who asks gets the keys of this member as a message.
    void report_keys(const std::string &to) {
        const std::string text = key_report(security_.own());
        if (to != settings_.node) {
            (void)member_->send(to, keys_channel, text, 0, now());
            return carry_out();
        }
        const kith::message message{.peer = settings_.node, .channel = keys_channel, .data = text, .broadcast = false};
        if (messages_) (void)messages_->arrived({&message, 1});
    }

    /// Keys, certificates or the denied members are others than before.
    void security_changed() {
        connections_.end_denied();
        outdated_.notify();
    }

    /// Replaces links that use keys or certificates of yesterday, one after the other and each by a new one.
    kith::task<> renew_links() {
        for (;;) {
            LinkId last = 0;
            while (const auto id = connections_.outdated(last)) {
                last = *id;
                member_->renew(last, now());
                carry_out();
                co_await timer_.sleep(renew_step / 2 + Time(static_cast<std::int64_t>(
                                                           random_() % static_cast<std::uint64_t>(renew_step.count()))));
            }
            if (last == 0) {
                co_await outdated_.wait();
            } else {
                (void)co_await outdated_.wait_for(renew_pause);
            }
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

    const Settings settings_;
    kith::timer timer_;
    kith::random random_;
    kith::clock clock_;
    kith::tcp tcp_;
    LinkSecurity security_;
    Connections connections_;
    std::unique_ptr<kith::messages> messages_;
    kith::signal wake_; // the protocol asks for the time earlier than it did
    kith::signal outdated_;
    Time waits_until_{};
    MemberMetrics metrics_;
    WaitingConnects waiting_;
    NameTable names_;
    std::unique_ptr<Member> member_; // from the moment on at which it listens
    std::set<std::string> reported_; // as up
    bool complete_ = false;          // the complete set was reported once
    bool left_ = false;              // for good, until kith is started again
};

} // namespace

KITH_PLUGIN(mesh_connector)
