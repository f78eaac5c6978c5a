// SPDX-License-Identifier: MIT
#include "api_server.hpp"

#include <algorithm>
#include <charconv>

namespace k8s::test {

using namespace std::chrono_literals;

namespace {

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + '"';
}

std::string_view list_kind(Lookup lookup) {
    return lookup == Lookup::pods ? "PodList" : lookup == Lookup::endpoints ? "EndpointsList" : "EndpointSliceList";
}
std::string_view kind(Lookup lookup) { return list_kind(lookup).substr(0, list_kind(lookup).size() - 4); }
std::string_view group(Lookup lookup) { return lookup == Lookup::endpointslices ? "discovery.k8s.io/v1" : "v1"; }

std::string status(std::uint32_t code, std::string_view reason, std::string_view message) {
    std::string out =
        R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)" + json_string(message);
    if (!reason.empty()) out += R"(,"reason":)" + json_string(reason);
    return out + R"(,"code":)" + std::to_string(code) + "}\n";
}

HttpReply json(std::uint32_t code, std::string_view body) {
    return HttpReply(code, body).field("Content-Type", "application/json").field("Cache-Control", "no-cache, private");
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16).ec == std::errc{}) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::uint64_t number(std::string_view text) {
    std::uint64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

template <class Map>
std::string value(const Map &query, std::string_view name) {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

// The only supported selector is `app=VALUE`.
template <class Map>
std::string selected(const Map &query) {
    const std::string selector = value(query, "labelSelector");
    return selector.starts_with("app=") ? selector.substr(4) : "";
}

bool selects(const std::string &selected, const std::string &label) {
    return !label.empty() && (selected.empty() || selected == label);
}

} // namespace

HttpReply refusal(std::uint32_t code, std::string_view reason, std::string_view message) {
    return json(code, status(code, reason, message));
}

ApiServer::ApiServer(SimulatedMachine &machine, std::uint16_t port, const HttpAuthority &authority,
                     std::vector<std::string> names)
    : net_(machine.net()), http_(machine, port, HttpCertificate{.authority = &authority, .names = std::move(names)}) {
    route();
}

ApiServer::ApiServer(SimulatedMachine &machine, std::uint16_t port) : net_(machine.net()), http_(machine, port) { route(); }

void ApiServer::route() {
    for (const std::string name_space : {"team", "other"}) {
        for (const Lookup lookup : {Lookup::pods, Lookup::endpoints, Lookup::endpointslices}) {
            const std::string path = std::string(lookup == Lookup::endpointslices ? "/apis/discovery.k8s.io/v1" : "/api/v1") +
                                     "/namespaces/" + name_space + "/" + std::string(resource(lookup));
            http_.route(path, [this](const HttpAsked &asked) { return answer(asked); });
        }
    }
    ring();
}

HttpReply ApiServer::answer(const HttpAsked &asked) {
    if (!token.empty() && asked.field("Authorization") != "Bearer " + token)
        return refusal(401, "Unauthorized", "Unauthorized");
    const std::size_t mark = std::min(asked.target.find('?'), asked.target.size());
    Query query;
    for (std::size_t at = mark + 1; at < asked.target.size();) {
        const std::size_t end = std::min(asked.target.find('&', at), asked.target.size());
        const std::string pair = asked.target.substr(at, end - at);
        query[pair.substr(0, pair.find('='))] = unescaped(pair.substr(std::min(pair.find('=') + 1, pair.size())));
        at = end + 1;
    }
    const std::string path = asked.target.substr(0, mark);
    const std::string what = path.substr(path.rfind('/') + 1);
    const std::size_t space_at = path.find("/namespaces/") + 12;
    const std::string name_space = path.substr(space_at, path.rfind('/') - space_at);
    const Lookup lookup = what == "pods" ? Lookup::pods : what == "endpoints" ? Lookup::endpoints : Lookup::endpointslices;
    const bool watching = value(query, "watch") == "true";
    const bool probing = value(query, "limit") == "1";
    ++(watching ? watched : probing ? probes : value(query, "continue").empty() ? lists : pages);
    const auto &instead = watching ? in_place_of_watches : in_place_of_lists;
    if (instead) return *instead;
    if (watching ? !may_watch : !may_list) {
        return refusal(403, "Forbidden",
                       what + " is forbidden: User \"system:serviceaccount:team:kith\" cannot " +
                           (watching ? "watch" : "list") + " resource \"" + what + "\" in API group \"\" in the namespace \"" +
                           name_space + "\"");
    }
    return watching ? watch(lookup, name_space, query) : list(lookup, name_space, query);
}

HttpReply ApiServer::list(Lookup lookup, const std::string &name_space, const Query &query) {
    Rest pause{version_, {}};
    if (const std::string token_of = value(query, "continue"); !token_of.empty()) {
        const auto found = rests_.find(token_of);
        if (found == rests_.end() || found->second.version < oldest_)
            return refusal(410, "Expired", "The provided continue parameter is too old to display a consistent list result.");
        pause = found->second;
    } else {
        const std::string label = selected(query);
        for (const auto &[name, stored] : objects_[{lookup, name_space}]) {
            if (selects(label, stored.label)) pause.items.push_back(stored.json);
        }
    }
    // Lists from the cache are not paginated.
    const std::size_t limit = value(query, "resourceVersion") == "0" ? 0 : number(value(query, "limit"));
    std::string items, next;
    std::size_t told = 0;
    for (; told < pause.items.size() && (limit == 0 || told < limit); ++told)
        items += (told == 0 ? "" : ",") + pause.items[told];
    if (told < pause.items.size()) {
        next = "more/" + std::to_string(++serial_);
        pause.items.erase(pause.items.begin(), pause.items.begin() + static_cast<std::ptrdiff_t>(told));
        rests_[next] = pause;
    }
    std::string metadata = R"({"resourceVersion":)" + json_string(std::to_string(pause.version));
    // A real server sends remainingItemCount only without a selector.
    if (!next.empty()) metadata += R"(,"continue":)" + json_string(next);
    return json(200, R"({"kind":)" + json_string(list_kind(lookup)) + R"(,"apiVersion":)" + json_string(group(lookup)) +
                         R"(,"metadata":)" + metadata + R"(},"items":[)" + items + "]}\n");
}

HttpReply ApiServer::watch(Lookup lookup, const std::string &name_space, const Query &query) {
    const std::uint64_t from = number(value(query, "resourceVersion"));
    const std::string label = selected(query);
    HttpReply reply = json(200, "").head();
    if (from < oldest_) {
        const std::string old = "too old resource version: " + std::to_string(from) + " (" + std::to_string(oldest_) + ")";
        const std::string body = status(410, "Expired", old);
        return reply.send(R"({"type":"ERROR","object":)" + body.substr(0, body.size() - 1) + "}\n");
    }
    auto feed = std::make_shared<HttpFeed>();
    // A watch from a future version sends nothing until then.
    for (const Change &change : changes_) {
        if (change.version > from && change.lookup == lookup && change.name_space == name_space)
            feed->send(line(change, label));
    }
    watches_.push_back({lookup, name_space, label, feed, from});
    const Duration asked = std::chrono::seconds(number(value(query, "timeoutSeconds")));
    net_.in(std::min(asked, watch_for_), [alive = std::weak_ptr<int>(alive_), feed] {
        if (!alive.expired()) feed->end();
    });
    return reply.live(std::move(feed));
}

// An object that leaves the selection is sent as deleted, one that enters it as added.
std::string ApiServer::line(const Change &change, const std::string &label) {
    const bool was = selects(label, change.label_before), is = selects(label, change.label);
    if (!was && !is) return "";
    const char *type = !is ? "DELETED" : was ? "MODIFIED" : "ADDED";
    return R"({"type":")" + std::string(type) + R"(","object":{"kind":)" + json_string(kind(change.lookup)) +
           R"(,"apiVersion":)" + json_string(group(change.lookup)) + "," + change.json.substr(1) + "}\n";
}

void ApiServer::record(Lookup lookup, const std::string &name_space, const std::string &name, std::optional<Stored> now,
                       const std::string &json_of) {
    cached_ = version_;
    auto &stored = objects_[{lookup, name_space}];
    const auto before = stored.find(name);
    Change change{version_, lookup, name_space, now ? now->label : "", before == stored.end() ? "" : before->second.label,
                  json_of};
    if (now) {
        stored[name] = *std::move(now);
    } else {
        stored.erase(name);
    }
    for (const Watch &watch : watches_) {
        if (watch.lookup == lookup && watch.name_space == name_space && version_ > watch.from)
            watch.feed->send(line(change, watch.label));
    }
    changes_.push_back(std::move(change));
}

void ApiServer::put(Lookup lookup, const std::string &name, const std::string &members, const std::string &label,
                    const std::string &name_space) {
    ++version_;
    const std::string uid = name_space + "-" + name + "-uid";
    const std::string object =
        R"({"metadata":{"name":)" + json_string(name) + R"(,"namespace":)" + json_string(name_space) + R"(,"uid":)" +
        json_string(uid) + R"(,"resourceVersion":)" + json_string(std::to_string(version_)) +
        R"(,"creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":)" + json_string(label) + "}" +
        (more_metadata.empty() ? "" : ",") + more_metadata + "}" + (members.empty() ? "" : ",") + members + "}";
    record(lookup, name_space, name, Stored{object, label}, object);
}

void ApiServer::pod(const std::string &name, const std::string &ip, const std::string &phase, const std::string &label,
                    const std::string &name_space) {
    std::string state = R"("phase":)" + json_string(phase) + R"(,"hostIP":"192.0.2.1")";
    if (!ip.empty()) state += R"(,"podIP":)" + json_string(ip) + R"(,"podIPs":[{"ip":)" + json_string(ip) + "}]";
    put(Lookup::pods, name,
        R"("spec":{"hostname":)" + json_string(name) +
            R"(,"subdomain":"app-headless","nodeName":"node-1","containers":[{"name":"app","image":"app"}]},"status":{)" +
            state + "}",
        label, name_space);
}

void ApiServer::remove(Lookup lookup, const std::string &name, const std::string &name_space) {
    const auto &stored = objects_[{lookup, name_space}];
    const auto found = stored.find(name);
    if (found == stored.end()) return;
    ++version_;
    // A deletion has its own version, in the last state of the object.
    std::string object = found->second.json;
    const std::string mark = R"("resourceVersion":")";
    const std::size_t at = object.find(mark) + mark.size();
    object.replace(at, object.find('"', at) - at, std::to_string(version_));
    if (lookup == Lookup::pods) object.insert(object.find(R"("labels")"), R"("deletionTimestamp":"2026-01-01T00:01:00Z",)");
    record(lookup, name_space, name, std::nullopt, object);
}

void ApiServer::compact() {
    oldest_ = cached_ = ++version_;
    changes_.clear();
}

void ApiServer::restore(std::uint64_t version) {
    oldest_ = cached_ = version_ = version;
    changes_.clear();
}

void ApiServer::prune() {
    std::erase_if(watches_, [](const Watch &watch) { return !watch.feed->open(); });
}

std::size_t ApiServer::watches() const {
    return static_cast<std::size_t>(std::ranges::count_if(watches_, [](const Watch &watch) { return watch.feed->open(); }));
}

void ApiServer::send_line(std::string_view text) {
    for (const Watch &watch : watches_) watch.feed->send(text);
}

void ApiServer::end_watches(HttpFeed::Do how) {
    for (const Watch &watch : std::exchange(watches_, {})) {
        if (how == HttpFeed::Do::end) watch.feed->end();
        if (how == HttpFeed::Do::cut) watch.feed->cut();
        if (how == HttpFeed::Do::reset) watch.feed->reset();
    }
}

std::string ApiServer::bookmark_of(Lookup lookup) const {
    return R"({"type":"BOOKMARK","object":{"kind":)" + json_string(kind(lookup)) + R"(,"apiVersion":)" +
           json_string(group(lookup)) + R"(,"metadata":{"resourceVersion":)" + json_string(std::to_string(version_)) +
           R"(}}})" + "\n";
}

void ApiServer::bookmark() {
    for (const Watch &watch : watches_) {
        if (watch.from <= cached_) watch.feed->send(bookmark_of(watch.lookup));
    }
}

// A real server checks each second which bookmarks are due, a minute after the previous one.
void ApiServer::ring() {
    net_.in(61s, [alive = std::weak_ptr<int>(alive_), this] {
        if (alive.expired()) return;
        prune();
        if (bookmarks_) bookmark();
        ring();
    });
}

} // namespace k8s::test
