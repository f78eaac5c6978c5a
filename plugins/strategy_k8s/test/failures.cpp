// SPDX-License-Identifier: MIT
//
// Failures of the API server and of the network: no peer is missing because of them, and the reason is reported.
#include "fixture.hpp"

#include <kith/testkit/fail_each.hpp>

using namespace k8s;
using namespace k8s::test;

namespace {

// A new request fails in this way, and all peers are kept.
struct Asked : Following {
    void list_gives(const HttpReply &reply, std::int32_t status, std::string_view part) {
        api.in_place_of_lists = reply;
        harness.refresh();
        const auto failures = count(Kind::failed);
        BOOST_REQUIRE(until([&] { return count(Kind::failed) > failures; }, 5min));
        failed_with(status, part);
        BOOST_TEST(names() == two);
        BOOST_TEST(!in_sync());
    }
    void watch_gives(const HttpReply &reply, std::int32_t status, std::string_view part) {
        api.in_place_of_lists.reset();
        api.in_place_of_watches = reply;
        const auto failures = count(Kind::failed);
        api.end_watches();
        BOOST_REQUIRE(until([&] { return count(Kind::failed) > failures; }, 5min));
        failed_with(status, part);
        BOOST_TEST(names() == two);
        api.in_place_of_watches.reset();
        BOOST_REQUIRE(until([&] { return in_sync() && api.watches() == 1; }, 5min));
        harness.run_for(10s); // so that the next failure is not a repetition
    }
};

const std::string half = R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"na)";

} // namespace

BOOST_FIXTURE_TEST_CASE(each_failed_list_response_has_its_own_reason, Asked) {
    const std::string where = "https://kubernetes.default.svc/api/v1/namespaces/team/pods: ";
    list_gives(refusal(401, "Unauthorized", "Unauthorized"), KITH_UNAUTHORIZED,
               where + "the server answered 401: Unauthorized; the token or certificate was not accepted");
    list_gives(refusal(403, "Forbidden", "pods is forbidden"), KITH_UNAUTHORIZED, "verbs get, list and watch for pods");
    list_gives(refusal(404, "NotFound", "no such thing"), KITH_NOT_FOUND, "404: no such thing");
    list_gives(refusal(409, "Conflict", "so it is"), KITH_PROTOCOL, "409");
    list_gives(refusal(500, "", "etcd is away"), KITH_UNAVAILABLE, "500: etcd is away");
    list_gives(HttpReply(503), KITH_UNAVAILABLE, "the server answered 503");
    list_gives(HttpReply(302), KITH_PROTOCOL, "redirects are not followed");
    list_gives(HttpReply(200, half), KITH_PROTOCOL, "not JSON");
    list_gives(HttpReply(200, "<html>"), KITH_PROTOCOL, "not JSON");
    list_gives(HttpReply(200, "[]"), KITH_PROTOCOL, "expected an object at the top level");
    list_gives(HttpReply(200, R"({"kind":"Pod","metadata":{"resourceVersion":"7"}})"), KITH_PROTOCOL, "expected a list");
    list_gives(HttpReply(200, R"({"kind":"PodList","metadata":{"resourceVersion":"7"},"items":{}})"), KITH_PROTOCOL,
               "expected a list of objects at items");
    list_gives(HttpReply(200, R"({"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{"status":{"podIP":7}}]})"),
               KITH_PROTOCOL, "expected a string at items.status.podIP");
    list_gives(HttpReply(200, R"({"kind":"PodList","metadata":{},"items":[]})"), KITH_PROTOCOL, "metadata.resourceVersion");
    list_gives(HttpReply().length(1000).send(half).cut(), KITH_RESET, "ended early");
    list_gives(HttpReply().send(half).reset(), KITH_RESET, "");
    list_gives(HttpReply().length(200'000'000).send(half), KITH_LIMIT, "134217728 bytes");
    list_gives(HttpReply().send(R"({"kind":")").endless(std::string(1'000'000, 'x'), 10ms), KITH_PROTOCOL,
               "more than 16384 bytes");
    list_gives(HttpReply().send(R"({"a":[)").endless(std::string(1'000'000, ' '), 10ms), KITH_LIMIT, "134217728 bytes");
    list_gives(HttpReply().send(half).stall(), KITH_TIMED_OUT, "");
    list_gives(HttpReply().send("{").endless(" ", 1s), KITH_TIMED_OUT, "60 s"); // slow-loris
    list_gives(HttpReply().stall(), KITH_TIMED_OUT, "");
    list_gives(HttpReply().garbage(), KITH_PROTOCOL, "not HTTP");
    api.in_place_of_lists.reset();
    BOOST_REQUIRE(until([&] { return in_sync(); }, 5min));
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(each_failed_watch_response_has_its_own_reason, Asked) {
    watch_gives(refusal(401, "Unauthorized", "Unauthorized"), KITH_UNAUTHORIZED, "401");
    watch_gives(refusal(403, "Forbidden", "not yet"), KITH_UNAUTHORIZED, "not yet"); // the answer of a server that is starting
    watch_gives(refusal(429, "TooManyRequests", "slowly"), KITH_UNAVAILABLE, "429: slowly");
    watch_gives(HttpReply(503), KITH_UNAVAILABLE, "503");
    watch_gives(HttpReply(200, "{]"), KITH_PROTOCOL, "not JSON");
    watch_gives(HttpReply(200, R"({"type":"RENAMED","object":{}})"), KITH_PROTOCOL, "got `RENAMED`");
    watch_gives(HttpReply(200, R"({"type":"ADDED"})"), KITH_PROTOCOL, "expected an object at object");
    watch_gives(HttpReply(200, R"({"type":"ADDED","object":{"metadata":{"name":"x"}}})"), KITH_PROTOCOL, "resourceVersion");
    watch_gives(HttpReply(200, R"({"type":"ERROR","object":{"code":500,"message":"etcd is away"}})"), KITH_UNAVAILABLE,
                "500: etcd is away");
    watch_gives(HttpReply().send(R"({"type":"ADD)"), KITH_RESET, "in the middle of an event");
    watch_gives(HttpReply().head().wait(1s).reset(), KITH_RESET, "");
    watch_gives(HttpReply().head().send(R"({"type":"ADDED","x":[)").endless(std::string(1'000'000, ' '), 10ms), KITH_PROTOCOL,
                "an event has more than 16777216 bytes");
}

BOOST_FIXTURE_TEST_CASE(a_watch_without_the_expected_bookmarks_is_replaced_after_65_s, Following) {
    api.bookmark();
    harness.run_for(1s);
    api.bookmarks(false);
    const auto before = net.now();
    const auto failures = count(Kind::failed);
    BOOST_REQUIRE(until([&] { return count(Kind::failed) > failures; }, 5min));
    BOOST_TEST((net.now() - before <= 65s));
    BOOST_TEST(names() == two);
    failed_with(KITH_TIMED_OUT, "65 s");
    BOOST_REQUIRE(until([&] { return in_sync(); })); // a list contains the missed changes
    BOOST_TEST(api.lists == 2u);
}

// Like a real server without a change of such objects since its start: a probe checks that it is available, without a list.
BOOST_FIXTURE_TEST_CASE(a_server_that_never_sends_bookmarks_is_probed_and_not_listed_again, Following) {
    api.bookmarks(false);
    const auto watched = api.watched;
    harness.run_for(1h);
    BOOST_TEST(count(Kind::failed) == 0u);
    BOOST_TEST(in_sync());
    BOOST_TEST(api.lists == 1u);
    BOOST_TEST(api.probes >= 1u);
    BOOST_TEST(api.probes <= 13u);
    BOOST_TEST(api.watched - watched <= 13u);
    api.pod("app-2", "10.1.0.12");
    BOOST_REQUIRE(until([&] { return names() == two + " app@10.1.0.12"; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(a_silent_watch_with_a_silent_server_fails_within_96_s, Following) {
    api.bookmarks(false);
    api.in_place_of_lists = HttpReply().stall();
    BOOST_REQUIRE(until([&] { return count(Kind::failed) > 0; }, 65s + 31s)); // the response time-out of the list
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_ends_each_watch_after_a_second_is_requested_less_often, Following) {
    api.watch_for(1s);
    api.end_watches();
    harness.run_for(30min);
    BOOST_TEST_MESSAGE(api.watched << " watches in half an hour");
    BOOST_TEST(api.watched < 150u);
    BOOST_TEST(names() == two);
    failed_with(KITH_UNAVAILABLE, "ended a watch of namespace team within 5 s");
    api.pod("app-2", "10.1.0.12");
    BOOST_REQUIRE(until([&] { return names() == two + " app@10.1.0.12"; }, 2min));
    api.watch_for(10h);
    BOOST_REQUIRE(until([&] { return in_sync() && api.watches() == 1; }));
    harness.run_for(5min);
    BOOST_TEST(in_sync());
}

BOOST_FIXTURE_TEST_CASE(without_the_permission_to_watch_the_strategy_polls, Following) {
    api.may_watch = false;
    api.end_watches();
    BOOST_REQUIRE(until([&] { return harness.logged("watching was refused, so kith polls"); }));
    BOOST_TEST(!in_sync());
    const auto before = api.lists;
    harness.run_for(1min);
    BOOST_TEST(api.lists - before > 9u);
    BOOST_TEST(api.lists - before < 15u);
    api.remove_pod("app-0");
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.11"; }, 10s));
    api.may_watch = true;
    BOOST_REQUIRE(until([&] { return in_sync(); }, 10min)); // it retries from time to time
}

BOOST_FIXTURE_TEST_CASE(a_refusing_server_is_reported_and_keeps_the_peers, Following) {
    api.http().stop_listening();
    api.end_watches(HttpFeed::Do::reset);
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr && last_failure()->status == KITH_REFUSED; }));
    BOOST_TEST(names() == two);
    BOOST_TEST(!in_sync());
    harness.run_for(10min);
    BOOST_TEST(count(Kind::failed) < 50u);
}

BOOST_FIXTURE_TEST_CASE(changes_during_a_network_partition_are_found_after_it, Following) {
    net.partition(here, there);
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }, 3min));
    BOOST_TEST(names() == two);
    api.pod("app-2", "10.1.0.12");
    net.heal(here, there);
    BOOST_REQUIRE(until([&] { return in_sync() && names() == two + " app@10.1.0.12"; }, 3min));
}

BOOST_FIXTURE_TEST_CASE(a_wall_clock_that_jumps_changes_nothing, Following) {
    here.jump_wall(24h);
    harness.run_for(1min);
    here.jump_wall(-48h);
    harness.run_for(1min);
    BOOST_TEST(last_failure() == nullptr);
    BOOST_TEST(in_sync());
}

BOOST_FIXTURE_TEST_CASE(retry_after_is_obeyed, Asked) {
    list_gives(HttpReply(429).field("Retry-After", "120"), KITH_UNAVAILABLE, "429");
    const auto before = api.http().asked().size();
    harness.run_for(55s); // with jitter
    BOOST_TEST(api.http().asked().size() == before);
    api.in_place_of_lists.reset();
    BOOST_REQUIRE(until([&] { return in_sync(); }, 3min));
}

BOOST_FIXTURE_TEST_CASE(a_change_refused_for_max_peers_is_reported_again_later, Following) {
    harness.max_peers(2);
    api.pod("app-2", "10.1.0.12");
    harness.run_for(1min);
    BOOST_TEST(names() == two);
    api.remove_pod("app-2");
    BOOST_REQUIRE(until([&] { return in_sync() && api.watches() == 1; }, 2min));
    BOOST_TEST(names() == two);
}

BOOST_AUTO_TEST_CASE(the_peers_are_found_when_any_one_call_fails) {
    const auto calls = kith::testkit::fail_each([](SimNet &net) {
        HttpAuthority authority("the cluster");
        auto &here = net.machine("here", {"10.1.0.1"});
        auto &there = net.machine("kubernetes.default.svc", {"10.96.0.1"});
        give_account(here, authority);
        ApiServer api(there, 443, authority, {"kubernetes.default.svc"});
        api.pod("app-0", "10.1.0.10");
        PluginHarness harness(here, kith_plugin_entry_strategy_k8s, "k8s", options());
        if (harness.start() != KITH_OK) return;
        harness.run_until([&] { return harness.failed() || api.watches() == 1; }, 5min);
        api.pod("app-1", "10.1.0.11");
        harness.run_until([&] { return harness.peers().size() == 2 || harness.failed(); }, 5min);
        if (!harness.failed() && harness.peers().size() != 2) throw std::runtime_error("it does not recover");
        if (!harness.stop()) throw std::runtime_error("it does not stop");
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
    });
    BOOST_TEST(calls > 10u);
}
