// SPDX-License-Identifier: MIT
#include "peer_operations.hpp"

#include "node_cookie.hpp"

#include <algorithm>
#include <charconv>

namespace kith::erlang {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds slow = 5s; // a connect that took so long has waited for a peer that sends nothing
constexpr std::chrono::nanoseconds probe_step = 2s;
constexpr std::chrono::nanoseconds probe_step_after_slow = 400ms;

bool returned(const Session::Reply &reply, std::string_view atom) noexcept {
    return reply.returned && reply.term().is_atom(atom);
}

// true, ok, {ok, _}
bool succeeded(const Session::Reply &reply) noexcept {
    if (!reply.returned) return false;
    const etf::TermView term = reply.term();
    return term.is_atom("true") || term.is_atom("ok") || (term.is_tuple(2) && term.elements().next().is_atom("ok"));
}

error call_failed(const Mfa &mfa, const std::string &name, const Session::Reply &reply) {
    return error(KITH_UNAVAILABLE, mfa.text(true) + " for " + name + ' ' + (reply.returned ? "returned " : "") + reply.text);
}

} // namespace

task<result<void>> PeerOperations::connect(std::shared_ptr<Session> session, peer to) {
    std::string name = to.name;
    if (cluster_ != nullptr && cluster_->is_overlay()) {
        if (auto good = check_name(*session, name, false); !good) co_return good;
        co_return co_await cluster_->join(session, std::move(name));
    }
    std::optional<ApplicationCluster::LinkBeingMade> being_made;
    if (cluster_ != nullptr) being_made.emplace(*cluster_);
    if (auto linked = co_await link(session, std::move(to)); !linked) co_return linked;
    being_made.reset();
    if (cluster_ != nullptr) co_return co_await cluster_->join(session, std::move(name));
    co_return co_await await_link(session, std::move(name));
}

task<result<void>> PeerOperations::link(std::shared_ptr<Session> session, peer to) {
    const Mfa &mfa = context_.settings.connect;
    if (auto good = check_name(*session, to.name, true); !good) co_return good;
    reporter_.expect(to.name);
    if (const error *why = context_.refused.find(to.name, context_.clock.monotonic())) co_return *why;
    if (auto set = co_await set_cookie(*session, to.name); !set) co_return set;

    const auto begun = context_.clock.monotonic();
    Joined joined = co_await join(*session, to);
    if (joined.verdict) co_return refuse(*session, to.name, std::move(*joined.verdict));
    result<Session::Reply> &reply = joined.reply;
    if (!reply) co_return std::move(reply).error();
    if (succeeded(*reply)) {
        reporter_.joined(to.name);
        co_return result<void>();
    }
    if (returned(*reply, "ignored"))
        co_return error(KITH_UNAVAILABLE,
                        "the node " + session->node().name + " is not distributed any more (net_kernel is stopped)");
    if (!returned(*reply, "false") || mfa.module != "net_kernel") co_return call_failed(mfa, to.name, *reply);

    const std::string name = to.name;
    const bool late = context_.clock.monotonic() - begun >= slow;
    Probe probe = co_await probe_of(*session, to, late ? probe_step_after_slow : probe_step);
    Verdict verdict = co_await why_not(context_.net, *session, std::move(probe), context_.challenges);
    if (verdict.unexplained && !late && !session->closed()) {
        // A node that has just disconnected from a peer returns false about once in two hundred.
        reply = co_await call(*session, mfa, to);
        if (reply && succeeded(*reply)) {
            reporter_.joined(name);
            co_return result<void>();
        }
        // Each attempt is a line in the log of a peer that has another cookie set for the node.
        // With TLS a node that has just started may fail as soon, because its first handshakes are slow.
        verdict.refused = !facts_.asks_for_tls() && context_.clock.monotonic() - begun < slow;
    }
    co_return refuse(*session, name, std::move(verdict));
}

error PeerOperations::refuse(const Session &session, const std::string &name, Verdict verdict) {
    verdict.why.text = session.node().name + " could not join " + name + ": " + verdict.why.text;
    if (verdict.refused && !session.closed()) context_.refused.add(name, verdict.why, context_.clock.monotonic());
    return std::move(verdict.why);
}

task<PeerOperations::Joined> PeerOperations::join(Session &session, const peer &to) {
    const Mfa &mfa = context_.settings.connect;
    const auto timeout = context_.settings.call_timeout;
    const auto begun = context_.clock.monotonic();
    auto arguments = mfa.list_for(to);
    if (!arguments) co_return Joined{std::move(arguments).error(), std::nullopt};
    const UnansweredJoins::Join unanswered(unanswered_);
    Session::Call call(session, mfa.module, mfa.function, *arguments);
    const bool by_tls = facts_.asks_for_tls() && mfa.module == "net_kernel";
    for (auto now = begun; by_tls && now - begun < std::min<std::chrono::nanoseconds>(slow, timeout);
         now = context_.clock.monotonic()) {
        const bool over = co_await call.wait(std::min<std::chrono::nanoseconds>(UnansweredJoins::usual, timeout));
        if (over) break;
        if (!unanswered_.look_is_due(to.name, begun, context_.clock.monotonic())) continue;
        Probe probe = co_await probe_of(session, to, probe_step_after_slow);
        auto verdict = co_await why_not_yet(context_.net, std::move(probe), context_.challenges);
        if (verdict && !call.over()) co_return Joined{error(KITH_CANCELLED), std::move(verdict)};
    }
    (void)co_await call.wait(begun + timeout - context_.clock.monotonic());
    auto reply = call.take(timeout);
    if (reply && succeeded(*reply)) unanswered_.succeeded(context_.clock.monotonic());
    co_return Joined{std::move(reply), std::nullopt};
}

task<result<void>> PeerOperations::disconnect(std::shared_ptr<Session> session, peer from) {
    const Mfa &mfa = context_.settings.disconnect;
    if (auto good = check_name(*session, from.name, false); !good) co_return good;
    if (cluster_ != nullptr) co_return co_await cluster_->remove(session, from.name);
    auto reply = co_await call(*session, mfa, from);
    if (!reply) co_return std::move(reply).error();
    reporter_.parted();
    // erlang:disconnect_node/1 returns false if there was no link.
    if (succeeded(*reply) || (returned(*reply, "false") && !reporter_.has_peer(from.name))) co_return result<void>();
    co_return call_failed(mfa, from.name, *reply);
}

// The name becomes an atom in the node.
result<void> PeerOperations::check_name(const Session &session, const std::string &name, bool to_join) const {
    const auto characters =
        std::count_if(name.begin(), name.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    if (name.empty() || characters > 255)
        return error(KITH_INVALID, "a node's name has 1 to 255 characters, this one " + std::to_string(characters));
    if (context_.settings.connect.module != "net_kernel") return {};
    if (alive_part(name).empty() || host_part(name).empty() || host_part(name).find('@') != std::string_view::npos)
        return error(KITH_INVALID, "the name " + name + " is no Erlang node's: expected name@host; policy.name can build it");
    if (auto fault = fault_of_name_kind(facts_, session.node().name, name); to_join && !fault.empty())
        return error(KITH_INVALID, std::move(fault));
    return {};
}

task<result<Session::Reply>> PeerOperations::call(Session &session, const Mfa &mfa, const peer &of) const {
    auto arguments = mfa.list_for(of);
    if (!arguments) co_return std::move(arguments).error();
    co_return co_await session.call(mfa.module, mfa.function, std::move(*arguments), context_.settings.call_timeout);
}

// A function of an overlay network may return before the link is there.
task<result<void>> PeerOperations::await_link(std::shared_ptr<Session> session, std::string name) {
    const Settings &settings = context_.settings;
    const auto patience = settings.poll_interval + settings.poll_interval / 2;
    if (!settings.custom_list || co_await reporter_.await_listed(session, name, patience)) co_return result<void>();
    if (session->closed()) co_return session->reason();
    co_return error(KITH_TIMED_OUT, settings.connect.text(true) + " for " + name + " has returned, and " +
                                        settings.list_nodes.text(false) + " does not list the peer " +
                                        std::to_string(patience.count()) + " ms later");
}

task<result<void>> PeerOperations::set_cookie(Session &session, std::string name) const {
    const PairCookie pair = cookie_of_pair(context_.settings, session.node().name, name);
    if (pair.cookie == nullptr || pair.cookie->empty()) co_return result<void>();
    auto reply =
        co_await session.call("erlang", "set_cookie", atom_list(name, pair.cookie->text()), context_.settings.call_timeout);
    if (!reply) co_return std::move(reply).error();
    if (!returned(*reply, "true"))
        co_return error(KITH_INVALID, "the node did not take the cookie of " + name); // its answer may hold it
    co_return result<void>();
}

task<Probe> PeerOperations::probe_of(Session &session, const peer &to, std::chrono::nanoseconds step) const {
    Probe probe;
    probe.peer = to.name;
    probe.name = session.own_name();
    probe.node = session.node().name;
    probe.facts = facts_;
    probe.epmd_port = context_.epmd_port;
    probe.driven_port = context_.settings.port;
    const PairCookie pair = cookie_of_pair(context_.settings, probe.node, probe.peer);
    if (pair.cookie != nullptr && !pair.cookie->empty()) {
        probe.login = pair.for_the_two ? Probe::Login::of_the_two : Probe::Login::of_option;
        probe.cookie = *pair.cookie;
    } else if (auto cookie = co_await find_cookie(context_.files, context_.environment, context_.settings); cookie) {
        probe.cookie = std::move(*cookie);
    } else {
        probe.login = Probe::Login::without_cookie;
        probe.fault_of_cookie = cookie.error().text;
    }
    probe.creation = context_.new_creation();
    probe.challenge = context_.new_challenge();
    probe.greeting = context_.new_tls_greeting();
    probe.step = step;
    probe.tls = context_.tls_or_null();
    const auto port = to.attribute_or_empty("dist_port");
    std::from_chars(port.data(), port.data() + port.size(), probe.port);
    co_return probe;
}

} // namespace kith::erlang
