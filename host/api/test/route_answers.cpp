// SPDX-License-Identifier: MIT
//
// Routes, checks and documents, and that each answer is what openapi.json says.
#include "api_world.hpp"

#include <host/api/documents.hpp>
#include <host/api/errors.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

namespace json = boost::json;

const json::value &openapi() {
    static const json::value document = json::parse(json::string_view(openapi_text.data(), openapi_text.size()));
    return document;
}

const json::value &resolved(const json::value &schema) {
    const auto *target = schema.as_object().if_contains("$ref");
    if (target == nullptr) return schema;
    const std::string path(target->as_string());
    return resolved(openapi().at_pointer(path.substr(1)));
}

bool is_of(const json::value &value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_bool();
    return type == "array" ? value.is_array() : value.is_object();
}

// Why the value does not fit; empty when it does. The keywords that openapi.json uses, and no other.
std::string misfit(const json::value &value, const json::value &reference, const std::string &path) {
    const json::object &schema = resolved(reference).as_object();
    for (const auto &keyword : schema) {
        const std::string name(keyword.key());
        const json::value &rule = keyword.value();
        if (name == "type") {
            bool fits = false;
            if (rule.is_string()) fits = is_of(value, std::string(rule.as_string()));
            if (rule.is_array()) {
                for (const auto &one : rule.as_array()) fits = fits || is_of(value, std::string(one.as_string()));
            }
            if (!fits) return path + " is not of type " + json::serialize(rule);
        } else if (name == "enum") {
            const auto &words = rule.as_array();
            if (std::find(words.begin(), words.end(), value) == words.end())
                return path + ": " + json::serialize(value) + " is no " + json::serialize(rule);
        } else if (name == "const") {
            if (value != rule) return path + " is not " + json::serialize(rule);
        } else if (!value.is_object() && (name == "required" || name == "properties" || name == "additionalProperties")) {
            continue; // they apply to objects
        } else if (name == "required") {
            for (const auto &one : rule.as_array()) {
                if (!value.as_object().contains(one.as_string())) return path + " has no " + std::string(one.as_string());
            }
        } else if (name == "properties") {
            for (const auto &one : rule.as_object()) {
                const auto *member = value.as_object().if_contains(one.key());
                if (member == nullptr) continue;
                if (auto why = misfit(*member, one.value(), path + '.' + std::string(one.key())); !why.empty()) return why;
            }
        } else if (name == "additionalProperties") {
            for (const auto &member : value.as_object()) {
                const auto *known = schema.if_contains("properties");
                if (known != nullptr && known->as_object().contains(member.key())) continue;
                if (rule.is_bool() && rule.as_bool()) continue;
                if (rule.is_bool()) return path + " has " + std::string(member.key()) + ", which is not described";
                if (auto why = misfit(member.value(), rule, path + '.' + std::string(member.key())); !why.empty()) return why;
            }
        } else if (name == "items") {
            for (const auto &one : value.as_array()) {
                if (auto why = misfit(one, rule, path + "[]"); !why.empty()) return why;
            }
        } else if (name != "description" && name != "minimum" && name != "format" && name != "maximum" && name != "default") {
            std::string why = path;
            return why.append(": the test does not know the keyword ").append(name);
        }
    }
    return {};
}

// The answer's status is described for the path and the method, and its body fits.
void check_described(const ApiAnswer &answer, std::string_view path, std::string_view method) {
    const auto &operation = openapi().at("paths").at(path).at(method);
    const auto *response = operation.at("responses").as_object().if_contains(std::to_string(answer.status));
    BOOST_TEST_REQUIRE(response != nullptr, path << " " << answer.status);
    const auto &content = resolved(*response).at("content").as_object();
    const auto *described = content.if_contains(json::string_view(answer.content_type.data(), answer.content_type.size()));
    BOOST_TEST_REQUIRE(described != nullptr, path << " " << answer.content_type);
    const json::value value =
        answer.content_type == "application/json" ? json::parse(answer.body) : json::value(json::string(answer.body));
    BOOST_TEST(misfit(value, described->at("schema"), std::string(path)) == "");
}

ApiWorld &populated(ApiWorld &world) {
    core::Policy policy;
    policy.min_peers = 1;
    auto &topology = world.fixture.topology(policy, "one", {"list", "dns"});
    world.fixture.topology({}, "two");
    world.fixture.attach();
    world.fixture.see(topology, {{"k-b", "b@h", {{"zone", "x\"y"}}}, "c@h", "d@h"}, 0);
    world.fixture.see(topology, {}, 1);
    world.fixture.finish("b@h");
    world.fixture.finish("c@h", KITH_REFUSED, "nobody listens");
    world.fixture.run();
    return world;
}

} // namespace

BOOST_AUTO_TEST_SUITE(route_answers)

BOOST_AUTO_TEST_CASE(each_path_answers_as_in_the_openapi_document) {
    ApiWorld world;
    populated(world);
    world.fixture.see(*world.fixture.topologies[1], {});                        // it is ready
    world.fixture.update(*world.fixture.topologies[0], {}, {}, {"c@h", "d@h"}); // the guard holds them
    world.change = [](ApiRequest &request) { request.body = R"({"hold":"run1.1"})"; };
    for (const auto &path : openapi().at("paths").as_object()) {
        for (const auto &method : path.value().as_object()) {
            const std::string name(path.key());
            std::string target = name;
            for (const auto &[from, to] :
                 {std::pair{"{name}/why", "c%40h/why"}, std::pair{"{name}", "one"}, std::pair{"{peer}", "b%40h"},
                  std::pair{"{file}", "libone.so"}, std::pair{"{connector}", "none"}}) {
                if (const std::size_t at = target.find(from); at != std::string::npos)
                    target.replace(at, std::string_view(from).size(), to);
            }
            const std::string word = method.key() == "get" ? "GET" : "POST";
            for (const char *suffix : {"", "?nothing=1"}) {
                const std::string query = suffix;
                const ApiAnswer answer = world.ask(target + query, word, Right::control);
                if (word == "POST")
                    world.fixture.see(*world.fixture.topologies[0], {{"k-b", "b@h"}}); // it may have been forgotten
                check_described(answer, name, std::string(method.key()));
                const bool of_engine = name.find("{connector}") != std::string::npos; // which is not here: test/messages.cpp
                BOOST_TEST((answer.status < 300) == (query.empty() && !of_engine), target << query << ' ' << answer.status);
            }
            world.running = false;
            check_described(world.ask(target, word, Right::control), name, std::string(method.key()));
            world.running = true;
        }
    }
    BOOST_TEST(world.refreshes == 1);
}

BOOST_AUTO_TEST_CASE(unknown_paths_methods_and_parameters_are_refused) {
    ApiWorld world;
    populated(world);
    BOOST_TEST(world.error("/v2/status") == "404 not_found");
    BOOST_TEST(world.error("/v1/status/") == "404 not_found");
    BOOST_TEST(world.error("/v1/peers//why") == "404 not_found");
    BOOST_TEST(world.error("/v1/topologies/none") == "404 not_found");
    BOOST_TEST(world.error("/v1/plugins/libnone.so/retry", "POST", Right::control) == "404 not_found");
    BOOST_TEST(world.error("/v1/status", "POST") == "405 method_not_allowed");
    BOOST_TEST(world.ask("/v1/status", "DELETE").fields == "Allow: GET, HEAD\r\n");
    BOOST_TEST(world.error("/v1/refresh") == "405 method_not_allowed"); // no GET changes anything
    BOOST_TEST(world.refreshes == 0);
    BOOST_TEST(world.error("v1/status") == "400 malformed");
    BOOST_TEST(world.error("/v1/peers?limit=0") == "400 malformed");
    BOOST_TEST(world.error("/v1/peers?limit=1001") == "400 malformed");
    BOOST_TEST(world.error("/v1/peers?state=fine") == "400 malformed");
    BOOST_TEST(world.error("/v1/peers?after=b") == "400 malformed");
    BOOST_TEST(world.error("/v1/peers?topology=none") == "404 not_found");
    BOOST_TEST(world.error("/v1/events?kind=none") == "400 malformed");
    BOOST_TEST(world.error("/v1/events?after=7") == "400 malformed");
    BOOST_TEST(world.error("/v1/events?follow=maybe") == "400 malformed");
    BOOST_TEST(world.error("/readyz?topology=none") == "404 not_found");
    world.change = [](ApiRequest &request) { request.last_event_id = "run1.4"; }; // wins, and what loses is checked too
    BOOST_TEST(world.error("/v1/events?after=7") == "400 malformed");
    world.change = [](ApiRequest &request) { request.last_event_id = "7"; };
    BOOST_TEST(world.error("/v1/events?after=run1.4") == "400 malformed");
}

BOOST_AUTO_TEST_CASE(rights_host_and_origin_are_checked) {
    ApiWorld world;
    populated(world);
    BOOST_TEST(world.error("/v1/refresh", "POST", Right::read) == "403 forbidden");
    world.change = [](ApiRequest &request) { request.host = "evil.example"; };
    BOOST_TEST(world.error("/v1/status") == "421 host_not_allowed");
    BOOST_TEST(world.error("/v1/refresh", "POST", Right::control) == "421 host_not_allowed");
    world.change = [](ApiRequest &request) { request.has_host = false; };
    BOOST_TEST(world.error("/v1/status") == "400 malformed");
    for (const auto *origin : {"null", "http://evil.example"}) {
        world.change = [&](ApiRequest &request) {
            request.origin = origin;
            request.has_origin = true;
        };
        BOOST_TEST(world.error("/v1/refresh", "POST", Right::control) == "403 foreign_origin");
        BOOST_TEST(world.ask("/v1/status").status == 200U); // it gets no CORS header, so the page cannot read it
    }
    BOOST_TEST(world.refreshes == 0);
    world.change = [](ApiRequest &request) {
        request.origin = "http://localhost";
        request.has_origin = true;
    };
    BOOST_TEST(world.ask("/v1/refresh", "POST", Right::control).status == 202U);
    BOOST_TEST(world.refreshes == 1);
}

BOOST_AUTO_TEST_CASE(faults_before_a_request_have_the_same_error_form) {
    ApiWorld world;
    BOOST_TEST(world.error(fault_answer(ApiFault::malformed)) == "400 malformed");
    BOOST_TEST(world.error(fault_answer(ApiFault::head_too_large)) == "413 head_too_large");
    BOOST_TEST(world.error(fault_answer(ApiFault::body_too_large)) == "413 body_too_large");
    BOOST_TEST(world.error(fault_answer(ApiFault::no_tls)) == "400 tls_required");
    BOOST_TEST(world.error(fault_answer(ApiFault::too_many_clients)) == "429 too_many_clients");
    BOOST_TEST(world.error(fault_answer(ApiFault::too_many_streams)) == "429 too_many_streams");
    BOOST_TEST(world.error(fault_answer(ApiFault::too_many_bytes)) == "429 too_many_bytes");
}

BOOST_AUTO_TEST_CASE(the_status_contains_the_health_of_each_topology) {
    ApiWorld world;
    populated(world);
    auto status = world.json("/v1/status");
    BOOST_TEST(text(status.at("run")) == "run1");
    const auto health = [&](std::string_view topology) {
        status = world.json("/v1/status");
        for (const auto &one : status.at("topologies").as_array()) {
            if (text(one.at("name")) == topology) return text(one.at("health")) + ": " + text(one.at("reason"));
        }
        return std::string("none");
    };
    BOOST_TEST(health("one") == "degraded: 2 of 3 peers are not linked");
    BOOST_TEST(health("two") == "degraded: strategy s has not reported yet");
    world.fixture.topologies[1]->failed(core::SourceId{0}, KITH_UNRESOLVED, "no such host", world.fixture.now);
    BOOST_TEST(health("two") == "failing: strategy s could not look yet: no such host");
    world.fixture.see(*world.fixture.topologies[1], {});
    BOOST_TEST(health("two") == "ok: ");
    world.fixture.topologies[1]->failed(core::SourceId{0}, KITH_UNRESOLVED, "no such host", world.fixture.now);
    BOOST_TEST(health("two") == "degraded: strategy s cannot look, its last known peers are kept: no such host");
    world.fixture.down("b@h");
    BOOST_TEST(health("one") == "failing: 0 peers are linked; policy.min_peers is 1");
    world.fixture.reconciler.detached(KITH_RESET, "the node went down", world.fixture.now);
    BOOST_TEST(health("one") == "failing: connector beam is not attached to a node: the node went down");
}

BOOST_AUTO_TEST_CASE(ready_survives_a_stale_source) {
    ApiWorld world;
    populated(world);
    BOOST_TEST(world.ask("/readyz").status == 503U); // two has not looked
    BOOST_TEST(world.ask("/readyz").body == "not ready\ntwo: strategy s has not reported yet\n");
    BOOST_TEST(world.ask("/readyz?topology=one").status == 200U);
    world.fixture.see(*world.fixture.topologies[1], {});
    BOOST_TEST(world.ask("/readyz").status == 200U);
    world.fixture.topologies[0]->failed(core::SourceId{0}, KITH_TIMED_OUT, "no answer", world.fixture.now);
    BOOST_TEST(world.fixture.topologies[0]->stale());
    BOOST_TEST(world.ask("/readyz").status == 200U);
    world.router->stopping();
    BOOST_TEST(world.ask("/readyz").status == 503U);
    BOOST_TEST(world.ask("/livez").status == 200U);
    BOOST_TEST(world.error("/v1/status") == "503 stopping");
}

BOOST_AUTO_TEST_CASE(peers_are_listed_by_pages_and_filters) {
    ApiWorld world;
    populated(world);
    const auto names = [&](const std::string &target) {
        std::string all;
        std::string after;
        for (int pages = 0; pages < 10; ++pages) {
            const auto page = world.json(after.empty() ? target : std::string(target).append("&after=").append(after));
            for (const auto &peer : page.at("peers").as_array())
                all += text(peer.at("topology")) + '/' + text(peer.at("name")) + ' ';
            if (page.at("next").is_null()) return all;
            after = text(page.at("next"));
        }
        return std::string("endless");
    };
    world.fixture.see(*world.fixture.topologies[1], {"a@h", "b@h"});
    for (const auto *limit : {"1", "2", "3", "1000"})
        BOOST_TEST(names(std::string("/v1/peers?limit=") + limit) == "one/b@h one/c@h one/d@h two/a@h two/b@h ");
    BOOST_TEST(names("/v1/peers?topology=two") == "two/a@h two/b@h ");
    BOOST_TEST(names("/v1/peers?name=b*&limit=1") == "one/b@h two/b@h ");
    BOOST_TEST(names("/v1/peers?state=missing") == "");
    BOOST_TEST(names("/v1/peers?state=wanted&topology=one&name=*@h") == "one/b@h one/c@h one/d@h ");
}

BOOST_AUTO_TEST_CASE(a_peer_contains_every_documented_member) {
    ApiWorld world;
    populated(world);
    const auto page = world.json("/v1/peers?name=b*");
    BOOST_REQUIRE(page.at("peers").as_array().size() == 1);
    const auto &peer = page.at("peers").at(0);
    BOOST_TEST(text(peer.at("key")) == "k-b");
    BOOST_TEST(text(peer.at("state")) == "wanted");
    BOOST_TEST(text(peer.at("class")) == "wanted");
    BOOST_TEST(text(peer.at("link")) == "up");
    BOOST_TEST(text(peer.at("sources")) == R"(["list"])");
    BOOST_TEST(text(peer.at("attributes").at("zone")) == "x\"y");
    BOOST_TEST(text(world.json("/v1/peers?name=c*").at("peers").at(0).at("link")) == "backing_off");
}

BOOST_AUTO_TEST_CASE(why_lists_the_topology_that_knows_the_peer_first) {
    ApiWorld world;
    populated(world);
    const auto why = world.json("/v1/peers/c%40h/why");
    BOOST_TEST(why.at("known").as_bool());
    BOOST_TEST(text(why.at("lines").at(0)) == "one: c@h cannot be joined: nobody listens");
    BOOST_TEST(text(why.at("lines").at(1)).starts_with("one: Start the node there"));
    BOOST_TEST(text(why.at("topologies").at(0).at("link").at("status")) == "refused");
    BOOST_TEST(!world.json("/v1/peers/nobody/why").at("known").as_bool());
}

BOOST_AUTO_TEST_CASE(a_snapshot_and_the_later_events_are_complete) {
    ApiWorld world;
    populated(world);
    const auto state = world.json("/v1/state");
    BOOST_TEST(text(state.at("id")) == "run1." + std::to_string(world.fixture.bus.last_seq()));
    BOOST_TEST(state.at("peers").as_array().size() == 3U);
    ApiAnswer events = world.ask("/v1/events?follow=false&after=" + text(state.at("id")));
    world.fixture.down("b@h");
    std::string out;
    events.stream->fill(out, 100'000);
    BOOST_TEST(out.find("\"kind\":\"link.down\"") != std::string::npos);
    BOOST_TEST(out.find("id: run1." + std::to_string(world.fixture.bus.last_seq())) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_size_of_a_page_is_limited) {
    ApiWorld world;
    auto &topology = world.fixture.topology();
    std::vector<core::test::PeerSpec> peers;
    for (int i = 0; i < 1'000; ++i)
        peers.push_back({"key" + std::to_string(i), "peer" + std::to_string(i), {{"a", std::string(900, 'x')}}});
    world.fixture.see(topology, peers);
    const ApiAnswer page = world.ask("/v1/peers?limit=1000");
    BOOST_TEST(page.body.size() < most_bytes_in_page + 2'000);
    std::size_t count = 0;
    std::string after;
    do {
        const auto part = world.json("/v1/peers?limit=1000&after=" + (after.empty() ? "a/" : after));
        count += part.at("peers").as_array().size();
        after = part.at("next").is_null() ? "" : text(part.at("next"));
    } while (!after.empty());
    BOOST_TEST(count == 1'000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
