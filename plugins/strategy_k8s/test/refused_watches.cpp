// SPDX-License-Identifier: MIT
//
// Watches that are refused although lists are answered: after two of them a list shows whether the cause is the server or only the version
// at which the watch continues.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

namespace {

const std::string too_large = "Too large resource version: 5000, current: 1001";

HttpReply error_event(std::uint32_t code, const std::string &message) {
    return HttpReply(200, R"({"type":"ERROR","object":{"kind":"Status","status":"Failure","message":")" + message +
                              R"(","code":)" + std::to_string(code) + "}}\n");
}

// Another server at the same address with an older version: it refuses every watch from the previous version.
struct Refused : Following {
    void heals_by_a_list(const HttpReply &reply) {
        api.http().route("/api/v1/namespaces/team/pods", [this, reply](const HttpAsked &asked) {
            const auto at = asked.target.find("resourceVersion=");
            const bool old = asked.target.find("watch=true") != std::string::npos && at != std::string::npos &&
                             std::stoull(asked.target.substr(at + 16)) > 1001;
            if (!old) return api.answer(asked);
            ++refused;
            return reply;
        });
        api.restore(5000);
        api.end_watches();
        harness.refresh(); // it has version 5000 now
        BOOST_REQUIRE(until([&] { return refused == 1; }));
        const auto lists = api.lists;
        api.restore(1000);
        api.pod("app-2", "10.1.0.12");
        BOOST_REQUIRE(until([&] { return names() == two + " app@10.1.0.12"; }, 30s));
        BOOST_REQUIRE(until([&] { return in_sync(); }));
        BOOST_TEST(refused == 2u);
        BOOST_TEST(api.lists == lists + 1u);
    }
    std::size_t refused = 0;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_watch_refused_with_504_is_replaced_by_a_list, Refused) {
    heals_by_a_list(refusal(504, "Timeout", too_large));
}
BOOST_FIXTURE_TEST_CASE(a_watch_refused_with_500_is_replaced_by_a_list, Refused) {
    heals_by_a_list(refusal(500, "", too_large));
}
BOOST_FIXTURE_TEST_CASE(a_watch_refused_with_400_is_replaced_by_a_list, Refused) {
    heals_by_a_list(refusal(400, "BadRequest", too_large));
}
BOOST_FIXTURE_TEST_CASE(a_watch_refused_with_an_error_event_is_replaced_by_a_list, Refused) {
    heals_by_a_list(error_event(504, too_large));
}
BOOST_FIXTURE_TEST_CASE(a_watch_with_invalid_json_is_replaced_by_a_list, Refused) { heals_by_a_list(HttpReply(200, "{]")); }
BOOST_FIXTURE_TEST_CASE(a_watch_truncated_within_its_first_event_is_replaced_by_a_list, Refused) {
    heals_by_a_list(HttpReply().send(R"({"type":"ADD)"));
}

// An accepted watch does not prove that the server works.
BOOST_FIXTURE_TEST_CASE(watching_is_reported_only_after_a_watch_stays_open_for_five_seconds, Following) {
    api.in_place_of_watches = error_event(500, "etcd is away");
    api.end_watches();
    BOOST_REQUIRE(until([&] { return count(Kind::failed) == 1; }));
    BOOST_TEST(!in_sync());
    api.in_place_of_watches.reset();
    const auto before = count(Kind::watching);
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    harness.run_for(4900ms);
    BOOST_TEST(!in_sync());
    BOOST_TEST(count(Kind::watching) == before);
    harness.run_for(200ms);
    BOOST_TEST(in_sync());
}

BOOST_FIXTURE_TEST_CASE(watching_is_reported_at_the_first_event_of_a_watch, Following) {
    api.in_place_of_watches = error_event(500, "etcd is away");
    api.end_watches();
    BOOST_REQUIRE(until([&] { return count(Kind::failed) == 1; }));
    api.in_place_of_watches.reset();
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    api.bookmark();
    harness.run_for(100ms);
    BOOST_TEST(in_sync());
}

// Each of the lists is a complete query, so the topology is not stale; the change is reported once.
BOOST_FIXTURE_TEST_CASE(if_every_watch_is_refused_the_strategy_polls_lists, Following) {
    for (const HttpReply &reply : {error_event(500, "no"), refusal(500, "", "no")}) {
        api.in_place_of_watches = reply;
        api.end_watches();
        const auto failed = count(Kind::failed), lists = api.lists;
        const auto synced = count(Kind::watching);
        harness.run_for(10min);
        BOOST_TEST(!in_sync());
        BOOST_TEST(count(Kind::failed) <= failed + 2);
        BOOST_TEST(count(Kind::watching) == synced + 1); // the report that it does not follow changes any more
        BOOST_TEST(api.lists - lists > 10u);
        BOOST_TEST(api.lists - lists < 40u);
        BOOST_TEST(harness.logged("lists succeed but watches fail"));
        api.remove_pod("app-0");
        BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.11"; }, 1min));
        api.pod("app-0", "10.1.0.10");
        api.in_place_of_watches.reset();
        BOOST_REQUIRE(until([&] { return in_sync(); }, 2min));
        harness.run_for(10s);
    }
}
