// SPDX-License-Identifier: MIT
#include "application_cluster.hpp"

#include "erlang_program.hpp"

#include "etf/term_printer.hpp"
#include "etf/writer.hpp"

#include <algorithm>
#include <array>

namespace kith::erlang {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds patience = 60s;      // of a request for which nothing can be done
constexpr std::chrono::nanoseconds look_again = 500ms;  // while there are requests
constexpr std::chrono::nanoseconds look_soon = 50ms;    // after a join
constexpr std::chrono::nanoseconds settles_for = 10s;   // of peers that are being linked, or whose application is starting
constexpr std::chrono::nanoseconds yields_for = 2s;     // to the peer of an overlay network that is to join us
constexpr std::chrono::nanoseconds overlay_bound = 10s; // from the join of an overlay network to the link
constexpr std::chrono::milliseconds answer_bound = 5s;  // of a node that is asked for its cluster
constexpr std::chrono::nanoseconds join_bound = 600s;   // a join that is under way is never ended

// Does the work in a process of its own, which has the name kith_application_join, and outlives whoever waits for it. `busy`: there is one.
constexpr std::string_view alone = R"(
    Alone = fun(Work) ->
        case whereis(kith_application_join) of
            undefined ->
                {_, Ref} = spawn_monitor(fun() ->
                    case catch register(kith_application_join, self()) of
                        true -> exit({kith, Work()});
                        _ -> exit({kith, busy})
                    end
                end),
                receive {'DOWN', Ref, _, _, {kith, X}} -> X; {'DOWN', Ref, _, _, Y} -> {killed, Y} end;
            _ -> busy
        end
    end,
)";

// Join and Start are the application's own; Peer, Members (of its cluster, sorted), Status, AllowReset are bound. It locks the nodes concerned,
// looks once more whether all is still as it was decided upon, joins, and does not end before the application runs again. `busy`: also when
// another join is under way in one of those nodes.
constexpr std::string_view guarded_join = R"(
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Status)),
    {ok, Exprs} = erl_parse:parse_exprs(Tokens),
    Look = fun(Nodes) -> erpc:multicall(Nodes, erl_eval, expr, [{block, 0, Exprs}, [], none, none, value], 10000) end,
    StartAgain = fun
        Again(0) -> not_started;
        Again(N) -> try Start() of _ -> started catch _:_ -> timer:sleep(1000), Again(N - 1) end
    end,
    Joined = fun() ->
        {_, Ref} = spawn_monitor(fun() ->
            exit({kith, try Join(Peer) of V -> V catch C:R -> {C, R} end})
        end),
        Outcome = receive {'DOWN', Ref, _, _, {kith, X}} -> X; {'DOWN', Ref, _, _, Y} -> {killed, Y} end,
        case StartAgain(60) of
            started -> Outcome;
            not_started -> {not_started, Outcome}
        end
    end,
    Decided = fun() ->
        case Look([node(), Peer]) of
            [{ok, {true, [_], _, Own}}, {ok, {true, There, _, _}}] when Own =:= []; AllowReset ->
                case lists:sort(There) =:= Members andalso not lists:member(node(), There) of
                    true -> Joined();
                    false -> changed
                end;
            _ -> changed
        end
    end,
    Alone(fun() ->
        Lock = {kith_application, self()},
        Locked = [node() | Members],
        Result = case global:set_lock(Lock, Locked, 0) of true -> Decided(); _ -> busy end,
        global:del_lock(Lock, Locked),
        Result
    end).)";

std::string program_fun(std::string_view name, std::string_view parameters, std::string_view body) {
    return std::string(name) + " = fun(" + std::string(parameters) + ") -> " + std::string(body) + " end,\n";
}

bool is_success(const etf::TermView &term) {
    return term.is_atom("ok") || (term.is_tuple(2) && term.elements().next().is_atom("ok"));
}

error still_runs(const std::string &name, const Application &application) {
    std::string text = name + " runs, and a member is removed only when it does not: have it leave by itself (";
    text.append(application.reset_by_hand).append("), NODE being ").append(name);
    return error(KITH_UNAVAILABLE, std::move(text));
}

} // namespace

ApplicationCluster::ApplicationCluster(const Application &application, InstanceContext &context, LinkReporter &reporter)
    : application_(application),
      context_(context),
      reporter_(reporter),
      timer_(context.host),
      wake_(context.host),
      answered_(context.host) {}

task<void> ApplicationCluster::run(std::shared_ptr<Session> session) {
    while (!session->closed()) {
        if (requests_.empty())
            co_await wake_.wait();
        else
            co_await work(*session);
    }
    answered_.notify();
    answered_.reset();
}

task<void> ApplicationCluster::work(Session &session) {
    reporter_.relist();
    std::vector<std::string> names;
    for (const Request &request : requests_)
        if (!request.failure && !reporter_.has_peer(request.name)) names.push_back(request.name);
    bool joined = false;
    if (!names.empty() && application_.is_overlay())
        joined = co_await join_overlay(session, std::move(names));
    else if (!names.empty())
        joined = co_await join_cluster(session, std::move(names));
    if (session.closed()) co_return;
    end_overdue(context_.clock.monotonic());
    answered_.notify();
    answered_.reset();
    if (!requests_.empty()) (void)co_await wake_.wait_for(joined ? look_soon : look_again);
}

task<bool> ApplicationCluster::join_cluster(Session &session, std::vector<std::string> names) {
    auto views = co_await survey(session, names);
    if (session.closed()) co_return false;
    if (!views) {
        for (const std::string &name : names) fail(name, views.error());
        co_return false;
    }
    JoinDecision decision =
        decide_join(application_, views->front(), std::span(*views).subspan(1), context_.settings.allow_reset);
    for (Request &request : requests_)
        if (const auto why = decision.waiting.find(request.name); why != decision.waiting.end())
            request.waits_for = why->second;
    for (const auto &[name, why] : decision.failed) fail(name, error(KITH_UNAVAILABLE, why));
    if (decision.join.empty() || is_early(decision, std::span(*views).subspan(1))) co_return false;
    const std::string peer = decision.join;
    auto failure = co_await join_now(session, peer, std::move(decision.members));
    if (failure) fail(peer, *failure);
    co_return !failure && announced_.empty(); // it is still announced when it has to be tried again
}

bool ApplicationCluster::is_early(const JoinDecision &decision, std::span<const ClusterView> peers) const {
    const Time now = context_.clock.monotonic();
    const auto has_waited = [&](const Request &request) { return now - request.since >= settles_for; };
    const auto starts = [](const ClusterView &peer) { return peer.fault.empty() && !peer.running; };
    const auto is_unseen = [&](const Request &request) {
        return !reporter_.has_peer(request.name) &&
               std::none_of(peers.begin(), peers.end(), [&](const ClusterView &peer) { return peer.node == request.name; });
    };
    const bool incomplete = links_being_made_ != 0 || std::any_of(peers.begin(), peers.end(), starts) ||
                            std::any_of(requests_.begin(), requests_.end(), is_unseen);
    return incomplete && joins_fresh_node(decision, peers) && std::none_of(requests_.begin(), requests_.end(), has_waited);
}

// Of two nodes the one with the larger name joins the other, which joins only when that does not come.
task<bool> ApplicationCluster::join_overlay(Session &session, std::vector<std::string> names) {
    const Time now = context_.clock.monotonic();
    bool joined = false;
    std::erase_if(names, [&](const std::string &name) {
        for (const Request &request : requests_) {
            if (request.name != name) continue;
            joined = joined || request.joined != Time::zero();
            return request.joined != Time::zero() || (session.node().name < name && now - request.since < yields_for);
        }
        return true;
    });
    if (names.empty()) co_return joined;
    const std::array<Binding, 1> bindings{{{"Peers", atoms_term(names)}}};
    const std::string source = std::string(alone) + "Alone(fun() -> " + std::string(application_.join_each) + " end).";
    auto reply = co_await session.call(std::string(program_module), std::string(program_function),
                                       program_arguments(source, bindings), join_bound);
    if (!reply) {
        for (const std::string &name : names) fail(name, reply.error());
        co_return false;
    }
    const etf::TermView answer = reply->returned ? reply->term() : etf::TermView();
    if (answer.is_atom("busy")) co_return false;
    if (answer.kind() != etf::Kind::list) {
        const error why(KITH_UNAVAILABLE, std::string(application_.name) + " in " + session.node().name + " " + reply->text);
        for (const std::string &name : names) fail(name, why);
        co_return false;
    }
    etf::Elements elements = answer.elements();
    while (elements.left() != 0) {
        etf::Elements pair = elements.next().elements();
        const std::string name = pair.next().atom().value_or(std::string());
        const etf::TermView outcome = pair.next();
        if (is_success(outcome)) {
            for (Request &request : requests_)
                if (request.name == name) request.joined = context_.clock.monotonic();
            joined = true;
        } else {
            etf::Elements why = outcome.elements();
            why.next();
            const etf::TermView text = why.next();
            fail(name, error(KITH_UNAVAILABLE, std::string(application_.name) + " in " + session.node().name +
                                                   " could not join " + name + ": " +
                                                   (text.bytes() ? std::string(*text.bytes()) : etf::to_text(outcome))));
        }
    }
    co_return joined;
}

task<result<void>> ApplicationCluster::join(std::shared_ptr<Session> session, std::string name) {
    const auto request = requests_.insert(
        requests_.end(), {name, context_.clock.monotonic() + patience, context_.clock.monotonic(), {}, {}, {}});
    struct Withdrawal {
        std::list<Request> &all;
        std::list<Request>::iterator one;
        ~Withdrawal() { all.erase(one); }
    } withdrawal{requests_, request};
    wake_.notify();
    while (!session->closed() && !request->failure && !reporter_.has_peer(name)) co_await answered_.wait();
    if (session->closed()) co_return session->reason();
    if (request->failure) co_return std::move(*request->failure);
    co_return result<void>();
}

task<result<std::vector<ClusterView>>> ApplicationCluster::survey(Session &session, std::vector<std::string> names) {
    std::string bound;
    etf::Writer(bound).integer(answer_bound.count());
    const std::array<Binding, 3> bindings{
        {{"Peers", atoms_term(names)}, {"Status", binary_term(std::string(application_.status) + '.')}, {"Timeout", bound}}};
    auto reply = co_await session.call(std::string(program_module), std::string(program_function),
                                       program_arguments(survey_source(), bindings), 2 * answer_bound);
    if (!reply) co_return std::move(reply).error();
    const std::string whose = std::string(application_.name) + " in " + session.node().name;
    if (!reply->returned) co_return error(KITH_UNAVAILABLE, whose + " could not be asked for its cluster: " + reply->text);
    auto views = read_survey(reply->term());
    if (!views || views->empty())
        co_return error(KITH_PROTOCOL, whose + " could not be asked for its cluster: it answered " + reply->text);
    if (!views->front().fault.empty())
        co_return error(KITH_UNAVAILABLE, whose + " could not be asked for its cluster: " + views->front().fault);
    co_return std::move(*views);
}

task<std::optional<error>> ApplicationCluster::join_now(Session &session, std::string peer, std::vector<std::string> members) {
    const std::array<Binding, 4> bindings{{{"Peer", atom_term(peer)},
                                           {"Members", atoms_term(members)},
                                           {"Status", binary_term(std::string(application_.status) + '.')},
                                           {"AllowReset", flag_term(context_.settings.allow_reset)}}};
    const std::string source = std::string(alone) + program_fun("Join", "Peer", application_.join) +
                               program_fun("Start", "", application_.start) + std::string(guarded_join);
    if (announced_ != peer) context_.log.info("the node joins a cluster", {{"application", application_.name}, {"peer", peer}});
    announced_ = peer;
    auto reply = co_await session.call(std::string(program_module), std::string(program_function),
                                       program_arguments(source, bindings), join_bound);
    if (!reply) co_return std::move(reply).error();
    if (reply->returned) {
        const etf::TermView term = reply->term();
        if (term.is_atom("busy") || term.is_atom("changed")) co_return std::nullopt;
        announced_.clear();
        if (is_success(term)) co_return std::nullopt;
    }
    announced_.clear();
    co_return error(KITH_UNAVAILABLE, std::string(application_.name) + " in " + session.node().name + " could not join " +
                                          peer + ": " + reply->text);
}

task<result<void>> ApplicationCluster::remove(std::shared_ptr<Session> session, std::string name) {
    if (application_.remove.empty())
        co_return error(KITH_UNSUPPORTED, std::string(application_.name) + " has no function that removes a member");
    const Time until = context_.clock.monotonic() + patience;
    while (!session->closed()) {
        auto views = co_await survey(*session, {});
        if (!views) co_return std::move(views).error();
        const ClusterView &self = views->front();
        if (!self.has_member(name)) {
            reporter_.parted();
            co_return result<void>();
        }
        const auto &running = self.running_members;
        if (std::find(running.begin(), running.end(), name) != running.end()) co_return still_runs(name, application_);
        if (!running.empty() && running.front() == session->node().name) {
            const std::array<Binding, 1> bindings{{{"Peer", atom_term(name)}}};
            context_.log.info("a member is removed from the cluster", {{"application", application_.name}, {"peer", name}});
            auto reply =
                co_await session->call(std::string(program_module), std::string(program_function),
                                       program_arguments(std::string(application_.remove) + '.', bindings), join_bound);
            if (!reply) co_return std::move(reply).error();
            reporter_.parted();
            if (reply->returned && is_success(reply->term())) co_return result<void>();
            co_return error(KITH_UNAVAILABLE, std::string(application_.name) + " in " + session->node().name +
                                                  " could not remove " + name + ": " + reply->text);
        }
        if (context_.clock.monotonic() > until)
            co_return error(KITH_TIMED_OUT, name + " is still a member: kith beside " +
                                                (running.empty() ? "a member that runs" : running.front()) +
                                                " is to remove it");
        co_await timer_.sleep(look_again);
    }
    co_return session->reason();
}

void ApplicationCluster::fail(const std::string &name, const error &why) {
    for (Request &request : requests_)
        if (request.name == name && !request.failure) request.failure = why;
}

void ApplicationCluster::end_overdue(Time now) {
    for (Request &request : requests_) {
        if (request.failure || reporter_.has_peer(request.name)) continue;
        const bool overdue = request.joined != Time::zero() && now - request.joined > overlay_bound;
        if (now < request.until && !overdue) continue;
        request.failure =
            error(KITH_TIMED_OUT, request.waits_for.empty() ? std::string(application_.name) + " does not list " + request.name
                                                            : request.waits_for);
    }
}

} // namespace kith::erlang
