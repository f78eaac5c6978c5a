// SPDX-License-Identifier: MIT
//
// tests/real/recorded/kubernetes contains responses of a real API server. The parsers must accept all of them, and the scripted server of
// these tests must give the same responses: the same code, the same kind of body, and no member that the real response does not have.
#include "api_server.hpp"

#include "../list_watch_parser.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace k8s;
using namespace k8s::test;
namespace json = boost::json;

namespace {

json::object recording(const std::string &name) {
    std::ifstream file(std::filesystem::path(KITH_RECORDED) / (name + ".json"));
    BOOST_REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    return json::parse(text.str()).as_object();
}

Lookup lookup_of(const json::object &recorded) {
    const std::string request(recorded.at("request").as_string());
    return request.find("/endpointslices") != std::string::npos ? Lookup::endpointslices
           : request.find("/endpoints") != std::string::npos    ? Lookup::endpoints
                                                                : Lookup::pods;
}

HttpAsked asked(std::string target, const std::string &token = "secret") {
    return {"GET", std::move(target), {{"Authorization", "Bearer " + token}}, "", 1};
}

std::string body_of(const HttpReply &reply) {
    std::string out;
    for (const auto &step : reply.steps) out += step.bytes;
    return out;
}

// Members of `made` that `real` does not have or that have another type.
std::string beyond(const json::value &made, const json::value &real, const std::string &place) {
    if (made.is_null() || real.is_null()) return "";
    if (made.kind() != real.kind() && !(made.is_number() && real.is_number())) return place + " is of another type\n";
    std::string out;
    if (const auto *object = made.if_object()) {
        if (place.ends_with("labels")) return "";
        if (place.ends_with(".spec") && !real.as_object().contains("nodeName"))
            return ""; // no scheduler ran when this was recorded
        for (const auto &[name, value] : *object) {
            const auto *its = real.as_object().if_contains(name);
            out +=
                its == nullptr ? place + "." + std::string(name) + "\n" : beyond(value, *its, place + "." + std::string(name));
        }
    }
    if (const auto *list = made.if_array(); list != nullptr && !list->empty() && !real.as_array().empty())
        out += beyond(list->front(), real.as_array().front(), place + "[]");
    return out;
}

struct Scripted {
    SimNet net;
    ApiServer api{net.machine("api", {"10.0.0.1"}), 80};
};

void same(const HttpReply &made, const json::object &recorded) {
    BOOST_TEST(made.code == recorded.at("status").to_number<std::uint32_t>());
    const auto &headers = recorded.at("headers").as_object();
    for (const auto &[name, value] : made.fields) {
        BOOST_REQUIRE_MESSAGE(headers.contains(name), name);
        BOOST_TEST(std::string(headers.at(name).as_string()) == value);
    }
    if (!recorded.contains("body")) return;
    const auto body = json::parse(body_of(made));
    BOOST_TEST(beyond(body, recorded.at("body"), "") == "");
    for (const char *member : {"kind", "apiVersion", "status", "reason", "code"}) {
        const auto *its = recorded.at("body").as_object().if_contains(member);
        if (its != nullptr) BOOST_TEST(json::serialize(body.as_object().at(member)) == json::serialize(*its), member);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(recorded_lists_are_read) {
    for (const char *name :
         {"pods_page_1", "pods_page_2", "pods_page_3", "pods_cached", "pods_none", "endpoints", "endpointslices"}) {
        const auto recorded = recording(name);
        const auto &items = recorded.at("body").at("items").as_array();
        std::size_t addresses = 0, seen = 0;
        ListParser reader(lookup_of(recorded), [&](Object &object) {
            const auto &metadata = items[seen++].at("metadata");
            BOOST_TEST(object.name == std::string(metadata.at("name").as_string()));
            BOOST_TEST(object.uid == std::string(metadata.at("uid").as_string()));
            BOOST_TEST(object.version == std::string(metadata.at("resourceVersion").as_string()));
            addresses += object.addresses.size();
        });
        const std::string text = json::serialize(recorded.at("body"));
        for (std::size_t at = 0; at < text.size(); at += 100)
            BOOST_REQUIRE(!!reader.read(std::string_view(text).substr(at, 100)));
        const auto page = reader.end();
        BOOST_REQUIRE_MESSAGE(!!page, name);
        BOOST_TEST(page->items == items.size(), name);
        BOOST_TEST((addresses == 0) == items.empty(), name);
        BOOST_TEST(page->version == std::string(recorded.at("body").at("metadata").at("resourceVersion").as_string()));
    }
}

BOOST_AUTO_TEST_CASE(recorded_watches_are_read) {
    for (const auto &file : std::filesystem::directory_iterator(KITH_RECORDED)) {
        const auto recorded = recording(file.path().stem().string());
        const auto *lines = recorded.if_contains("lines");
        if (lines == nullptr) continue;
        std::string text;
        for (const auto &line : lines->as_array()) text += json::serialize(line) + "\n";
        std::size_t seen = 0;
        WatchParser reader(lookup_of(recorded), [&](Event &event) {
            const auto &line = lines->as_array()[seen++];
            const std::string type(line.at("type").as_string());
            BOOST_TEST("AMDBE"[static_cast<int>(event.kind)] == type[0]);
            const auto *version = line.at("object").at("metadata").as_object().if_contains("resourceVersion");
            if (version != nullptr) BOOST_TEST(event.object.version == std::string(version->as_string()));
            if (type == "ERROR") BOOST_TEST(event.status.code == line.at("object").at("code").to_number<int>());
        });
        const auto taken = reader.read(text);
        BOOST_TEST(!!taken, file.path());
        BOOST_TEST(seen == lines->as_array().size(), file.path());
        BOOST_TEST(reader.complete());
    }
}

BOOST_AUTO_TEST_CASE(a_recorded_refusal_is_read) {
    const auto forbidden = recording("forbidden_list");
    const Status status = read_status(json::serialize(forbidden.at("body")));
    BOOST_TEST(status.code == 403);
    BOOST_TEST(status.reason == "Forbidden");
    BOOST_TEST(status.message.find("cannot list resource") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_scripted_servers_lists_match_the_recorded_ones, Scripted) {
    for (int i = 0; i < 8; ++i) api.pod("app-" + std::to_string(i), "10.1.0." + std::to_string(i));
    const std::string pods = "/api/v1/namespaces/team/pods?labelSelector=app%3Dkith";
    const auto first = api.answer(asked(pods + "&limit=3"));
    same(first, recording("pods_page_1"));
    const auto next = std::string(json::parse(body_of(first)).at("metadata").at("continue").as_string());
    same(api.answer(asked(pods + "&limit=3&continue=" + next)), recording("pods_page_2"));
    same(api.answer(asked("/api/v1/namespaces/other/pods?limit=500")), recording("pods_none"));
    api.put(Lookup::endpoints, "app", R"("subsets":[{"addresses":[{"ip":"10.1.0.1"}]}])");
    api.put(Lookup::endpointslices, "app",
            R"("addressType":"IPv4","endpoints":[{"addresses":["10.1.0.1"],"conditions":{"ready":true}}])");
    same(api.answer(asked("/api/v1/namespaces/team/endpoints?limit=500")), recording("endpoints"));
    same(api.answer(asked("/apis/discovery.k8s.io/v1/namespaces/team/endpointslices?limit=500")), recording("endpointslices"));
}

BOOST_FIXTURE_TEST_CASE(the_scripted_servers_refusals_match_the_recorded_ones, Scripted) {
    const std::string pods = "/api/v1/namespaces/team/pods?labelSelector=app%3Dkith";
    for (int i = 0; i < 8; ++i) api.pod("app-" + std::to_string(i), "10.1.0." + std::to_string(i));
    same(api.answer(asked(pods, "wrong")), recording("unauthorized_token"));
    const auto first = api.answer(asked(pods + "&limit=3"));
    const auto next = std::string(json::parse(body_of(first)).at("metadata").at("continue").as_string());
    api.compact();
    same(api.answer(asked(pods + "&limit=3&continue=" + next)), recording("expired_continue"));
    api.may_list = api.may_watch = false;
    same(api.answer(asked(pods)), recording("forbidden_list"));
    same(api.answer(asked(pods + "&watch=true&resourceVersion=7")), recording("forbidden_watch"));
}

BOOST_FIXTURE_TEST_CASE(the_scripted_servers_watches_match_the_recorded_ones, Scripted) {
    const std::string pods = "/api/v1/namespaces/team/pods?labelSelector=app%3Dkith&watch=true&allowWatchBookmarks=true";
    const auto expired = recording("expired_watch");
    api.compact();
    const auto made = api.answer(asked(pods + "&resourceVersion=7&timeoutSeconds=300"));
    same(made, expired);
    BOOST_TEST(beyond(json::parse(body_of(made)), expired.at("lines").at(0), "") == "");

    auto reply = api.answer(asked(pods + "&resourceVersion=101&timeoutSeconds=300"));
    std::string told;
    reply.feed->attach([&](HttpFeed::Do, const std::string &bytes) {
        told += bytes;
        return true;
    });
    api.pod("fresh", "");
    api.pod("fresh", "10.1.0.9");
    api.pod("fresh", "10.1.0.9", "Running", "elsewhere");
    api.bookmark();
    const auto real = recording("watch_pods");
    same(reply, real);
    std::stringstream lines(told);
    std::string line, types;
    while (std::getline(lines, line)) {
        const auto event = json::parse(line);
        types += std::string(event.at("type").as_string()) + " ";
        for (const auto &one : real.at("lines").as_array()) {
            if (one.at("type") == event.at("type") && event.at("type").as_string() != "ADDED") {
                BOOST_TEST(beyond(event, one, "") == "");
                break;
            }
        }
    }
    BOOST_TEST(types == "ADDED MODIFIED DELETED BOOKMARK ");
}
