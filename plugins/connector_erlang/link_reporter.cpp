// SPDX-License-Identifier: MIT
#include "link_reporter.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace kith::erlang {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds soon = 1s;         // a relay that ends within it is not restarted at once
constexpr std::chrono::nanoseconds first_look = 20ms; // for a link that a join has promised; then twice as long each time
constexpr std::chrono::nanoseconds slowest_look = 1s;
constexpr int most_listings = 3; // in a row, while links come and go

error unresponsive(const Session &session) {
    return error(KITH_TIMED_OUT, "the node " + session.node().name +
                                     " accepts messages and does not answer: it hangs or is overloaded" +
                                     (session.answered() ? "" : ", or is no BEAM node and cannot be driven"));
}

// Appends the names in a list of atoms, binaries or strings; false when it is something else.
bool append_names(const etf::TermView &list, std::vector<std::string> &names) {
    if (list.kind() != etf::Kind::list) return false;
    etf::Elements elements = list.elements();
    while (elements.left() != 0) {
        const etf::TermView element = elements.next();
        if (auto atom = element.atom())
            names.push_back(std::move(*atom));
        else if (auto bytes = element.bytes())
            names.emplace_back(*bytes);
        else
            return false;
    }
    return true;
}

struct Listed {
    std::vector<std::string> linked;
    std::vector<std::string> others; // members without a connection
};

// A list; {ok, List}; or {List, Others} of an application.
std::optional<Listed> names_in(const Session::Reply &reply) {
    if (!reply.returned) return std::nullopt;
    Listed listed;
    const etf::TermView term = reply.term();
    if (!term.is_tuple(2)) return append_names(term, listed.linked) ? std::optional(std::move(listed)) : std::nullopt;
    etf::Elements pair = term.elements();
    const etf::TermView first = pair.next();
    const bool ok = first.is_atom("ok");
    if (!append_names(ok ? pair.next() : first, listed.linked)) return std::nullopt;
    if (!ok && !append_names(pair.next(), listed.others)) return std::nullopt;
    return listed;
}

link link_of(const std::string &name, LinkType type) {
    link one{name, {}, true};
    if (type != LinkType::unknown) one.attributes.push_back({"type", type == LinkType::hidden ? "hidden" : "visible"});
    return one;
}

} // namespace

LinkReporter::LinkReporter(InstanceContext &context, links &report)
    : context_(context),
      report_(report),
      table_(context.settings.ignore, context.settings.custom_list),
      relist_(context.host),
      timer_(context.host) {}

void LinkReporter::begin() {
    attached_ = false;
    hidden_reported_ = true;
    relist_.reset();
}

void LinkReporter::end() {
    attached_ = false;
    others_.clear();
    table_.clear();
}

task<void> LinkReporter::run(std::shared_ptr<Session> session, std::chrono::seconds tick_time) {
    if (session->closed()) co_return;
    tick_time_ = tick_time;
    start_relay(*session);
    co_await first_list(*session);
    const Settings &settings = context_.settings;
    while (!session->closed()) {
        (void)co_await relist_.wait_for(settings.custom_list ? settings.poll_interval : settings.reconcile_interval);
        if (session->closed()) break;
        if (relay_due_) start_relay(*session);
        co_await list(*session);
    }
}

// With the default list_nodes it comes from the relay.
task<void> LinkReporter::first_list(Session &session) {
    if (context_.settings.custom_list) co_return co_await list(session);
    const auto until = context_.clock.monotonic() + context_.settings.call_timeout;
    while (!attached_ && hidden_reported_ && !session.closed() && context_.clock.monotonic() < until)
        if (!co_await relist_.wait_for(until - context_.clock.monotonic())) break;
    if (!attached_ && !hidden_reported_ && !session.closed()) co_await list(session);
    if (!attached_ && !session.closed()) session.close(unresponsive(session));
}

task<void> LinkReporter::list(Session &session) {
    const Settings &settings = context_.settings;
    for (int attempt = 0; attempt < most_listings; ++attempt) {
        const auto heard = session.heard();
        const auto events = events_;
        auto reply = co_await session.call(settings.list_nodes.module, settings.list_nodes.function, settings.list_nodes.list(),
                                           settings.call_timeout);
        if (session.closed()) co_return;
        if (!reply) {
            if (reply.status() == KITH_TIMED_OUT && session.heard() == heard)
                session.close(unresponsive(session));
            else
                context_.log.warning("the links could not be listed", {{"reason", reply.error().text}});
            co_return;
        }
        // An event that came meanwhile may be older or newer than the list: ask again.
        if (events != events_ && !settings.custom_list) continue;
        auto listed = names_in(*reply);
        if (!listed) {
            const std::string text = settings.list_nodes.text(false) + (reply->returned ? " returned " : " ") + reply->text;
            if (!attached_)
                session.close(error(KITH_INVALID, text + (settings.application == nullptr
                                                              ? ": option list_nodes must give a list of names"
                                                              : ": option application must be what runs in this node")));
            else
                context_.log.warning("the links could not be listed", {{"reason", text}});
            co_return;
        }
        if (!attached_ && !report_attached(session)) co_return;
        std::erase(listed->linked, session.node().name); // some functions list the local node too
        table_.replace(listed->linked);
        others_ = std::move(listed->others);
        report_all(session);
        co_return;
    }
}

bool LinkReporter::report_attached(Session &session) {
    const std::string &name = session.node().name;
    if (const auto status = report_.attached(name); status < 0) {
        session.close(error(status, "the host does not take " + name + " as its node"));
        return false;
    }
    attached_ = true;
    if (!last_node_.empty() && last_node_ != name)
        context_.log.warning("the driven node has another name now", {{"before", last_node_}, {"now", name}});
    last_node_ = name;
    return true;
}

void LinkReporter::report_all(Session &session) const {
    std::vector<link> list;
    list.reserve(table_.peers().size());
    for (const auto &[name, type] : table_.peers()) list.push_back(link_of(name, type));
    for (const auto &name : others_)
        if (!table_.has_peer(name)) list.push_back({name, {}, false});
    if (const auto status = report_.all(list); status < 0)
        session.close(error(status, "the host does not take the links of " + session.node().name));
}

void LinkReporter::hear(Session &session, Relay::Event event) {
    using Kind = Relay::Event::Kind;
    ++events_;
    const bool custom = context_.settings.custom_list;
    switch (event.kind) {
    case Kind::listing:
        if (!custom) hear_listing(session, event);
        break;
    case Kind::up:
        if (custom)
            relist_.notify();
        else if (attached_)
            add(event.name, event.hidden ? LinkType::hidden : LinkType::visible);
        break;
    case Kind::down:
        if (custom) {
            relist_.notify();
        } else if (attached_) {
            const auto reason =
                table_.remove(event.name, context_.clock.monotonic(), event.why, session.node().name, tick_time_);
            if (reason) report_.down(event.name, *reason);
        }
        break;
    case Kind::fell_back:
        hidden_reported_ = false;
        context_.log.info("the node has no erl_eval: hidden links are known by listing alone", {{"reason", event.why}});
        relist_.notify();
        break;
    case Kind::ended: relay_ended(session, event.why); break;
    }
}

void LinkReporter::hear_listing(Session &session, const Relay::Event &event) {
    const bool first = !attached_;
    if (first && !report_attached(session)) return;
    table_.replace(event.visible_nodes, event.hidden_nodes);
    report_all(session);
    if (first) relist_.notify();
}

void LinkReporter::add(const std::string &name, LinkType type) {
    if (!table_.add(name, type, context_.clock.monotonic())) return;
    context_.refused.remove(name);
    report_.up(link_of(name, type));
}

// It is started again at once; but one that ends again and again must not keep us and the node busy.
void LinkReporter::relay_ended(Session &session, const std::string &why) {
    if (!attached_ && !context_.settings.custom_list)
        return session.close(
            error(KITH_UNAVAILABLE, "the relay of node events cannot run in " + session.node().name + ": " + why));
    context_.log.warning("the relay of node events ended; it is restarted", {{"reason", why}});
    if (context_.clock.monotonic() - relay_started_ < soon)
        relay_due_ = true;
    else
        start_relay(session);
}

void LinkReporter::start_relay(Session &session) {
    relay_started_ = context_.clock.monotonic();
    relay_due_ = false;
    session.listen();
}

void LinkReporter::joined(const std::string &name) {
    if (const auto type = table_.become_peer(name, context_.clock.monotonic())) {
        context_.refused.remove(name);
        report_.up(link_of(name, *type));
    }
    relist_unless_reported();
}

task<bool> LinkReporter::await_listed(std::shared_ptr<Session> session, std::string name, Time patience) {
    const Time until = context_.clock.monotonic() + patience;
    for (Time pause = first_look; !session->closed() && !table_.has_peer(name); pause = std::min(2 * pause, slowest_look)) {
        const Time left = until - context_.clock.monotonic();
        if (left <= Time::zero()) break;
        relist_.notify();
        co_await timer_.sleep(std::min(pause, left));
    }
    co_return !session->closed() && table_.has_peer(name);
}

void LinkReporter::relist_unless_reported() {
    if (context_.settings.custom_list || !hidden_reported_) relist_.notify();
}

} // namespace kith::erlang
