// SPDX-License-Identifier: MIT
//
// Watches: changes, ends of watches, and the requests meanwhile.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

BOOST_FIXTURE_TEST_CASE(each_change_is_reported_at_once, Following) {
    api.pod("app-2", "");
    api.pod("app-2", "10.1.0.12");
    const auto before = net.now();
    const Observation &seen = next();
    BOOST_TEST((net.now() - before < 20ms));
    BOOST_TEST((seen.kind == Kind::update));
    BOOST_TEST(names() == two + " app@10.1.0.12");
    api.remove_pod("app-0");
    BOOST_TEST(next().left.at(0) == "team-app-0-uid"); // a definite removal
    BOOST_TEST(names() == "app@10.1.0.11 app@10.1.0.12");
    api.pod("app-1", "10.1.0.11", "Failed");
    BOOST_TEST(next().left.at(0) == "team-app-1-uid");
    api.pod("app-2", "10.1.0.12", "Running", "other"); // it leaves the selection
    BOOST_TEST(next().missing.at(0) == "team-app-2-uid");
    BOOST_TEST(harness.peers().empty());
    BOOST_TEST(api.lists == 1u);
}

// The server reports it as deleted, but the pod continues to run, and the label may have been a mistake.
BOOST_FIXTURE_TEST_CASE(a_pod_that_no_longer_matches_the_selector_is_missing_not_left, Following) {
    api.pod("app-0", "10.1.0.10", "Running", "quarantine");
    const Observation &seen = next();
    BOOST_TEST(seen.left.empty());
    BOOST_TEST(seen.missing.at(0) == "team-app-0-uid");
    const auto told = std::ranges::find_if(harness.observations(), [](const auto &one) { return one.kind == Kind::left_out; });
    BOOST_REQUIRE((told != harness.observations().end()));
    BOOST_TEST(told->items == 1u);
    BOOST_TEST(told->text == "it no longer matches kubernetes_selector");
    api.pod("app-0", "10.1.0.10");
    next();
    BOOST_TEST(names() == two);
    api.pod("app-0", "10.1.0.10", "Succeeded", "quarantine"); // both at once: the pod has ended
    BOOST_TEST(next().left.at(0) == "team-app-0-uid");
    BOOST_TEST(api.lists == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_event_that_changes_nothing_is_not_reported, Following) {
    const auto before = harness.observations().size();
    api.pod("app-0", "10.1.0.10"); // a new version of the same
    harness.run_for(1s);
    BOOST_TEST(harness.observations().size() == before);
}

BOOST_FIXTURE_TEST_CASE(an_hour_without_changes_takes_twelve_requests_at_most, Following) {
    const auto before = api.http().asked().size();
    harness.run_for(1h);
    const auto asked = api.http().asked().size() - before;
    BOOST_TEST_MESSAGE(asked << " requests in an hour");
    BOOST_TEST(asked <= 12u);
    BOOST_TEST(api.lists == 1u);
    BOOST_TEST(last_failure() == nullptr);
    BOOST_TEST(in_sync());
    BOOST_TEST(count(Kind::watching) == 1u); // the change from one watch to the next is not reported
    api.pod("app-2", "10.1.0.12");
    next();
    BOOST_TEST(names() == two + " app@10.1.0.12");
}

BOOST_FIXTURE_TEST_CASE(changes_between_two_watches_are_not_lost, Following) {
    api.end_watches();
    api.remove_pod("app-0");
    api.pod("app-2", "10.1.0.12");
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.11 app@10.1.0.12"; }));
    BOOST_TEST(api.lists == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_compacted_version_causes_a_new_list, Following) {
    net.partition(here, there, kith::testkit::Route::unreachable);
    api.end_watches(HttpFeed::Do::reset);
    harness.run_for(5s);
    api.pod("app-2", "10.1.0.12");
    api.remove_pod("app-0");
    api.compact();
    net.heal(here, there);
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.11 app@10.1.0.12"; }, 2min));
    BOOST_TEST(api.lists == 2u);
}

BOOST_FIXTURE_TEST_CASE(an_expired_error_event_causes_a_new_list, Following) {
    api.send_line(
        R"({"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410}})"
        "\n");
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    BOOST_TEST(api.lists == 2u);
    BOOST_TEST(last_failure() == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_server_whose_watches_always_expire_is_listed_at_a_limited_rate, Following) {
    api.in_place_of_watches = HttpReply(
        200,
        R"({"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410}})");
    api.end_watches();
    harness.run_for(10min);
    BOOST_TEST_MESSAGE(api.lists << " lists in ten minutes");
    BOOST_TEST(api.lists < 60u);
}

BOOST_FIXTURE_TEST_CASE(a_refresh_requests_a_list_at_once, Following) {
    harness.refresh();
    BOOST_TEST((next(1s).kind == Kind::replace));
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    BOOST_TEST(in_sync());
    BOOST_TEST(api.lists == 2u);
}

BOOST_FIXTURE_TEST_CASE(ten_thousand_deletions_at_once_are_reported_without_a_new_list, Following) {
    for (int i = 0; i < 10'000; ++i)
        api.pod("many-" + std::to_string(i), "10.2." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    BOOST_REQUIRE(until([&] { return harness.peers().size() == 10'002; }));
    for (int i = 0; i < 10'000; ++i) api.remove_pod("many-" + std::to_string(i));
    BOOST_REQUIRE(until([&] { return harness.peers().size() == 2; }));
    BOOST_TEST(api.lists == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_pod_added_and_removed_repeatedly_at_once_ends_in_its_last_state, Following) {
    for (int i = 0; i < 5; ++i) {
        api.pod("app-2", "10.1.0.12");
        api.remove_pod("app-2");
    }
    api.pod("app-2", "10.1.0.22");
    BOOST_REQUIRE(until([&] { return names() == two + " app@10.1.0.22"; }));
    harness.run_for(1s);
    BOOST_TEST(names() == two + " app@10.1.0.22");
}

BOOST_AUTO_TEST_CASE(a_removed_service_address_is_missing_not_left) {
    Fixture f(options(""));
    ApiServer api(f.there, 443, f.authority, {"kubernetes.default.svc"});
    const auto of = [](const std::string &addresses) { return R"("subsets": [{"addresses": [)" + addresses + "]}]"; };
    const std::string first = R"({"ip": "10.1.0.10", "targetRef": {"name": "app-0", "uid": "u0"}})";
    const std::string second = R"({"ip": "10.1.0.11", "targetRef": {"name": "app-1", "uid": "u1"}})";
    api.put(Lookup::endpoints, "app", of(first + "," + second));
    f.start();
    BOOST_REQUIRE(f.until([&] { return f.in_sync(); }));
    api.put(Lookup::endpoints, "app-twin", of(first));
    f.harness.run_for(100ms);
    api.put(Lookup::endpoints, "app", of(second));
    f.harness.run_for(100ms);
    BOOST_TEST(f.names() == "app@10.1.0.10 app@10.1.0.11"); // the other pod still has it
    api.put(Lookup::endpoints, "app-twin", R"("subsets": null)");
    const Observation &seen = f.next();
    BOOST_TEST(seen.missing.at(0) == "u0");
    BOOST_TEST(seen.left.empty());
    api.remove(Lookup::endpoints, "app");
    BOOST_TEST(f.next().missing.at(0) == "u1");
}

BOOST_AUTO_TEST_CASE(a_second_address_family_of_a_service_causes_a_new_list) {
    Fixture f(options(R"("kubernetes_ip_lookup_mode": "endpointslices")"));
    ApiServer api(f.there, 443, f.authority, {"kubernetes.default.svc"});
    const auto slice = [](const std::string &family, const std::string &ip) {
        return R"("addressType": ")" + family + R"(", "endpoints": [{"addresses": [")" + ip +
               R"("], "targetRef": {"uid": "u0"}}])";
    };
    api.put(Lookup::endpointslices, "app-6", slice("IPv6", "fd00::10"));
    f.start();
    BOOST_REQUIRE(f.until([&] { return f.in_sync(); }));
    BOOST_TEST(f.names() == "app@fd00::10");
    api.put(Lookup::endpointslices, "app-4", slice("IPv4", "10.1.0.10"));
    BOOST_TEST((f.next().kind == Kind::replace));
    BOOST_TEST(f.names() == "app@10.1.0.10");
    api.put(Lookup::endpointslices, "app-6", slice("IPv6", "fd00::11"));
    f.harness.run_for(1s);
    BOOST_TEST(f.names() == "app@10.1.0.10");
}
