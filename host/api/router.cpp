// SPDX-License-Identifier: MIT
#include "router.hpp"

#include "counted_answer.hpp"
#include "documents.hpp"
#include "errors.hpp"
#include "event_feed.hpp"
#include "messages.hpp"
#include "orders.hpp"
#include "origin.hpp"
#include "page/page.hpp"
#include "request_rights.hpp"
#include "state_snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace kith::app {

namespace {

enum class Route : std::uint8_t {
    page,
    status,
    topologies,
    topology,
    peers,
    why,
    connectors,
    plugins,
    config,
    events,
    state,
    refresh,
    retry,
    replace,
    reload,
    pause,
    resume,
    confirm,
    hold,
    forget,
    send,
    messages,
    leave,
    metrics,
    livez,
    readyz,
    openapi,
};

constexpr std::string_view any = "*"; // one part of the path, which is a name

struct Entry {
    Route route;
    std::string_view method;
    std::string_view path[6];
    std::string_view parameters[5];
};

constexpr Entry routes[] = {
    {Route::page, "GET", {}, {}},
    {Route::status, "GET", {"v1", "status"}, {}},
    {Route::topologies, "GET", {"v1", "topologies"}, {}},
    {Route::topology, "GET", {"v1", "topologies", any}, {}},
    {Route::peers, "GET", {"v1", "peers"}, {"topology", "state", "name", "after", "limit"}},
    {Route::why, "GET", {"v1", "peers", any, "why"}, {}},
    {Route::connectors, "GET", {"v1", "connectors"}, {}},
    {Route::plugins, "GET", {"v1", "plugins"}, {}},
    {Route::config, "GET", {"v1", "config"}, {}},
    {Route::events, "GET", {"v1", "events"}, {"topology", "kind", "after", "follow"}},
    {Route::state, "GET", {"v1", "state"}, {}},
    {Route::refresh, "POST", {"v1", "refresh"}, {}},
    {Route::retry, "POST", {"v1", "plugins", any, "retry"}, {}},
    {Route::replace, "POST", {"v1", "plugins", any, "replace"}, {"dry_run"}},
    {Route::reload, "POST", {"v1", "reload"}, {"dry_run", "confirm"}},
    {Route::pause, "POST", {"v1", "topologies", any, "pause"}, {"for"}},
    {Route::resume, "POST", {"v1", "topologies", any, "resume"}, {}},
    {Route::confirm, "POST", {"v1", "topologies", any, "confirm"}, {}},
    {Route::hold, "POST", {"v1", "topologies", any, "peers", any, "hold"}, {"for"}},
    {Route::forget, "POST", {"v1", "topologies", any, "peers", any, "forget"}, {}},
    {Route::send, "POST", {"v1", "messages", any}, {"to", "channel"}},
    {Route::messages, "GET", {"v1", "messages", any}, {"channel"}},
    {Route::leave, "POST", {"v1", "connectors", any, "leave"}, {}},
    {Route::openapi, "GET", {"v1", "openapi.json"}, {}},
    {Route::metrics, "GET", {"metrics"}, {}},
    {Route::livez, "GET", {"livez"}, {}},
    {Route::readyz, "GET", {"readyz"}, {"topology"}},
};

constexpr std::string_view text_type = "text/plain; charset=utf-8";

bool fits(const Entry &entry, const std::vector<std::string> &path) {
    std::size_t size = 0;
    while (size < std::size(entry.path) && !entry.path[size].empty()) ++size;
    if (path.size() != size) return false;
    for (std::size_t i = 0; i < size; ++i) {
        if (entry.path[i] == any ? path[i].empty() : entry.path[i] != path[i]) return false;
    }
    return true;
}

bool is_of_messages(const Entry &entry) { return entry.route == Route::send || entry.route == Route::messages; }

// Whether a client at this address may find the route at all. access: null for the Unix socket.
bool is_served(const Entry &entry, const ApiAccess *access) {
    if (access == nullptr) return true;
    if (entry.route == Route::livez || entry.route == Route::readyz) return access->health;
    if (entry.route == Route::metrics) return access->metrics;
    if (is_of_messages(entry)) return access->messages;
    return entry.method == "GET" ? access->read : access->control;
}

bool is_open(const Entry &entry) {
    return entry.route == Route::livez || entry.route == Route::readyz || entry.route == Route::metrics;
}

ApiAnswer malformed(const std::string &message,
                    std::string_view remedy = "Correct the request; /v1/openapi.json describes it.") {
    return error_answer(400, "malformed", message, remedy);
}

ApiAnswer no_topology(std::string_view name) {
    return error_answer(404, "not_found", "there is no topology `" + std::string(name) + "`",
                        "GET /v1/topologies lists those there are.");
}

ApiAnswer document(std::string body) {
    ApiAnswer answer;
    answer.body = std::move(body);
    return answer;
}

const core::LiveTopology *topology_of(const core::EngineView &view, std::string_view name) {
    for (const auto &one : view.topologies) {
        if (one.topology->name() == name) return one.topology;
    }
    return nullptr;
}

// The parameter that the route does not know; null when there is none.
const std::string *unknown_parameter(const Entry &entry, const Target &target) {
    for (const auto &[name, value] : target.query) {
        if (name.empty() ||
            std::find(std::begin(entry.parameters), std::end(entry.parameters), name) == std::end(entry.parameters))
            return &name;
    }
    return nullptr;
}

std::string text_parameter(const Target &target, std::string_view name) {
    const std::string *found = target.find(name);
    return found == nullptr ? std::string{} : *found;
}

// False: it is there, and neither true nor false.
bool flag_parameter(const Target &target, std::string_view name, bool &out) {
    const std::string *found = target.find(name);
    if (found == nullptr) return true;
    out = *found == "true";
    return out || *found == "false";
}

// Whether a field of the form of Accept names the type, and not with q=0.
bool accepts(std::string_view accept, std::string_view type) {
    while (!accept.empty()) {
        const std::size_t end = std::min(accept.find(','), accept.size());
        std::string_view one = accept.substr(0, end);
        accept.remove_prefix(std::min(end + 1, accept.size()));
        while (one.starts_with(' ')) one.remove_prefix(1);
        const std::string_view its = one.substr(0, one.find_first_of("; "));
        if (its == type) return one.find("q=0;") == std::string_view::npos && !one.ends_with("q=0") && !one.ends_with("q=0.0");
    }
    return false;
}

} // namespace

ApiRouter::ApiRouter(ApiContext context) : context_(std::move(context)) { context_.requests = &requests_; }

ApiAnswer ApiRouter::refusal(ApiFault fault) {
    ApiAnswer answer = fault_answer(fault);
    ++requests_[answer.status];
    return answer;
}

ApiAnswer ApiRouter::answer(const ApiRequest &request) {
    ApiAnswer answer = route(request);
    if (answer.pending) {
        answer.pending = std::make_unique<CountedAnswer>(std::move(answer.pending), requests_);
    } else {
        ++requests_[answer.status];
    }
    return answer;
}

std::size_t ApiRouter::body_limit(const ApiRequest &head) const {
    std::string ignored;
    const auto target = parse_target(head.target, ignored);
    const bool sends =
        head.method == "POST" && target && target->path.size() == 3 && target->path[0] == "v1" && target->path[1] == "messages";
    const bool served = sends && (head.access == nullptr || head.access->messages) && may_message(head);
    return served ? most_message_bytes : ApiLimits{}.body;
}

ApiAnswer ApiRouter::route(const ApiRequest &request) {
    if (!request.has_host) return malformed("the request has no Host field");
    if (!host_allowed(request.host, request.access == nullptr ? std::span<const std::string>{} : request.access->hosts))
        return error_answer(421, "host_not_allowed",
                            request.access == nullptr ? "Host is neither localhost nor an IP address"
                                                      : "Host is neither localhost nor an IP address nor a name of api.hosts",
                            "Ask by http://localhost/, or by an address.");
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (!reads && request.has_origin && !own_origin(request.origin, request.host))
        return error_answer(403, "foreign_origin", "the request comes from a page of another origin",
                            "Send it from a program, or from a page of this very address.");
    std::string why;
    const auto target = parse_target(request.target, why);
    if (!target) return malformed(why);
    const Entry *entry = nullptr;
    std::string allowed;
    for (const Entry &one : routes) {
        if (!fits(one, target->path) || !is_served(one, request.access)) continue;
        allowed += (allowed.empty() ? "" : ", ") + std::string(one.method) + (one.method == "GET" ? ", HEAD" : "");
        if (one.method == request.method || (one.method == "GET" && request.method == "HEAD")) entry = &one;
    }
    if (allowed.empty()) {
        if (request.access != nullptr)
            return error_answer(404, "not_found", "there is nothing at this path on this address",
                                "Ask for a path that `serve` of this address in api.listen includes.");
        return error_answer(404, "not_found", "there is nothing at this path", "GET /v1/openapi.json lists the paths.");
    }
    if (entry == nullptr) {
        ApiAnswer answer =
            error_answer(405, "method_not_allowed", "this path does not take that method", "It takes " + allowed + ".");
        answer.fields = "Allow: " + allowed + "\r\n";
        return answer;
    }
    const Right right = right_of(request);
    if (is_of_messages(*entry)) {
        if (!may_message(request)) return no_right_to_message(request);
    } else if (right == Right::none && !is_open(*entry)) {
        return no_right_to_read(request);
    } else if (entry->method != "GET" && right != Right::control) {
        return no_right_to_control(request);
    }
    if (const std::string *unknown = unknown_parameter(*entry, *target); unknown != nullptr)
        return malformed("there is no parameter `" + *unknown + "` here");
    if (entry->route == Route::livez) {
        ApiAnswer alive = document("ok\n");
        alive.content_type = text_type;
        return alive;
    }
    if (entry->route == Route::page) return page_answer();
    if (entry->route == Route::openapi) return document(std::string(openapi_text));
    const core::EngineView view = context_.view();
    if (entry->route == Route::readyz) return ready(*target, view, right != Right::none);
    if (stopping_ || !view.running)
        return error_answer(503, stopping_ ? "stopping" : "starting", stopping_ ? "kith is stopping" : "kith is starting",
                            "Ask again in a moment.");
    switch (entry->route) {
    case Route::status: return document(status_document(context_, view));
    case Route::topologies: return document(topologies_document(context_, view));
    case Route::topology: {
        auto body = topology_document(context_, view, target->path[2]);
        return body ? document(std::move(*body)) : no_topology(target->path[2]);
    }
    case Route::peers: return peers(*target, view);
    case Route::why: return document(why_document(view, target->path[2]));
    case Route::connectors: return document(connectors_document(view));
    case Route::plugins: return document(context_.plugins());
    case Route::config: return document(context_.config());
    case Route::events: return events(request, *target, view);
    case Route::state: {
        if (states_.use_count() > most_state_snapshots)
            return error_answer(429, "too_many_bytes", "other clients have not yet taken their snapshots",
                                "Ask again in a moment, or page through /v1/peers.");
        ApiAnswer answer;
        answer.stream = std::make_unique<StateSnapshot>(context_, view, states_);
        return answer;
    }
    case Route::send: return send_message(context_, *target, request.body);
    case Route::messages: return follow_messages(context_, *target, accepts(request.accept, "application/x-ndjson"));
    case Route::leave: return leave_distribution(context_, *target);
    case Route::metrics: return metrics(request, view);
    case Route::reload: {
        ReloadRequest wanted;
        if (!flag_parameter(*target, "dry_run", wanted.dry_run) || !flag_parameter(*target, "confirm", wanted.confirm))
            return malformed("`dry_run` and `confirm` are true or false");
        return reload_answer(context_.reload, wanted);
    }
    case Route::pause: return carry_out(context_, view, core::Order::Kind::pause, *target, request.body);
    case Route::resume: return carry_out(context_, view, core::Order::Kind::resume, *target, request.body);
    case Route::confirm: return carry_out(context_, view, core::Order::Kind::confirm, *target, request.body);
    case Route::hold: return carry_out(context_, view, core::Order::Kind::hold, *target, request.body);
    case Route::forget: return carry_out(context_, view, core::Order::Kind::forget, *target, request.body);
    case Route::retry: {
        const auto count = context_.retry(target->path[2]);
        if (!count)
            return error_answer(404, "not_found", "no instance in use is of the file `" + target->path[2] + "`",
                                "GET /v1/plugins lists the files, which are named here without their directories.");
        return document(R"({"retried":)" + std::to_string(*count) + '}');
    }
    case Route::replace: {
        bool dry_run = false;
        if (!flag_parameter(*target, "dry_run", dry_run)) return malformed("`dry_run` is true or false");
        return replacement_answer(context_.replace, target->path[2], dry_run);
    }
    case Route::refresh: {
        context_.refresh();
        ApiAnswer taken = document(R"({"refreshed":true})");
        taken.status = 202;
        return taken;
    }
    default: break;
    }
    return error_answer(404, "not_found", "there is nothing at this path", "GET /v1/openapi.json lists the paths.");
}

ApiAnswer ApiRouter::ready(const Target &target, const core::EngineView &view, bool names) const {
    const std::string topology = text_parameter(target, "topology");
    if (target.find("topology") != nullptr && topology_of(view, topology) == nullptr) return no_topology(topology);
    ApiAnswer answer;
    answer.content_type = text_type;
    const std::string unready = stopping_       ? std::string("kith is stopping\n")
                                : !view.running ? std::string("kith is starting\n")
                                                : unready_topologies(view, topology);
    answer.status = unready.empty() ? 200 : 503;
    answer.body = unready.empty() ? "ready\n" : names ? "not ready\n" + unready : "not ready\n";
    return answer;
}

ApiAnswer ApiRouter::peers(const Target &target, const core::EngineView &view) const {
    PeerQuery query;
    query.topology = text_parameter(target, "topology");
    query.state = text_parameter(target, "state");
    query.name = text_parameter(target, "name");
    query.after = text_parameter(target, "after");
    if (target.find("topology") != nullptr && topology_of(view, query.topology) == nullptr) return no_topology(query.topology);
    if (target.find("state") != nullptr &&
        std::find(std::begin(peer_states), std::end(peer_states), query.state) == std::end(peer_states)) {
        std::string words;
        for (const auto word : peer_states) words += (words.empty() ? "" : ", ") + std::string(word);
        return malformed("`state` is none of " + words);
    }
    if (target.find("after") != nullptr && query.after.find('/') == std::string::npos)
        return malformed("`after` is no cursor", "Give it the `next` of the page before.");
    if (const std::string *limit = target.find("limit"); limit != nullptr) {
        const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), query.limit);
        if (error != std::errc{} || end != limit->data() + limit->size() || query.limit == 0 ||
            query.limit > most_peers_in_page)
            return malformed("`limit` is no number from 1 to 1000");
    }
    return document(peers_document(view, query));
}

ApiAnswer ApiRouter::events(const ApiRequest &request, const Target &target, const core::EngineView &view) const {
    FeedQuery query;
    query.topology = text_parameter(target, "topology");
    if (target.find("topology") != nullptr && topology_of(view, query.topology) == nullptr) return no_topology(query.topology);
    if (const std::string *kind = target.find("kind"); kind != nullptr) {
        const auto mask = kinds_of(*kind);
        if (!mask)
            return malformed("no kind of event matches `kind`",
                             "Give kinds such as link.up, or globs such as peer.*, with commas.");
        query.kinds = *mask;
    }
    if (const std::string *follow = target.find("follow"); follow != nullptr) {
        if (*follow != "true" && *follow != "false") return malformed("`follow` is neither true nor false");
        query.follow = *follow == "true";
    }
    query.after = text_parameter(target, "after");
    const bool bad_parameter = target.find("after") != nullptr && !is_event_id(query.after); // also where the header wins
    if (!request.last_event_id.empty()) query.after = request.last_event_id;
    if (bad_parameter || (!query.after.empty() && !is_event_id(query.after)))
        return malformed("Last-Event-ID or `after` is no id of an event",
                         "Give it the id of an event, or the `id` of /v1/state, as it was received.");
    query.lines = accepts(request.accept, "application/x-ndjson");
    ApiAnswer answer;
    answer.content_type = query.lines ? "application/x-ndjson" : "text/event-stream";
    answer.stream = std::make_unique<EventFeed>(context_, std::move(query));
    return answer;
}

ApiAnswer ApiRouter::metrics(const ApiRequest &request, const core::EngineView &view) const {
    const bool open_metrics = accepts(request.accept, "application/openmetrics-text");
    ApiAnswer answer = document(metrics_document(context_, view, open_metrics));
    answer.content_type = open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                       : "text/plain; version=0.0.4; charset=utf-8";
    return answer;
}

} // namespace kith::app
