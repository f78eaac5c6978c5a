// SPDX-License-Identifier: MIT
//
// Watches without any byte: of a server without changes, or of one that does not have the version at which they continue.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

namespace {

// The list's version is newer than the last change of a pod, as in a cluster where something else is written.
struct Quiet : Fixture {
    Quiet() {
        api.pod("app-0", "10.1.0.10");
        api.pod("app-1", "10.1.0.11");
        for (int i = 0; i < 5; ++i) api.other_change();
        start();
        BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    }
    const std::string two = "app@10.1.0.10 app@10.1.0.11";
    ApiServer api{there, 443, authority, {"kubernetes.default.svc"}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_cluster_without_changes_is_listed_only_once, Quiet) {
    harness.run_for(1h);
    BOOST_TEST(api.lists == 1u);
    BOOST_TEST(api.probes >= 1u);
    BOOST_TEST(api.probes <= 13u);
    BOOST_TEST(api.watched <= 14u);
    BOOST_TEST(count(Kind::failed) == 0u);
    BOOST_TEST(in_sync());
    BOOST_TEST(count(Kind::watching) == 1u);
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(a_change_during_a_probe_is_not_lost, Quiet) {
    std::size_t probes = 0;
    api.http().route("/api/v1/namespaces/team/pods", [this, &probes](const HttpAsked &asked) {
        if (asked.target.find("limit=1&") == std::string::npos && !asked.target.ends_with("limit=1")) return api.answer(asked);
        if (++probes == 1) { // between the two watches
            api.pod("app-2", "10.1.0.12");
            api.remove_pod("app-0");
        }
        return api.answer(asked);
    });
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.11 app@10.1.0.12"; }, 70s));
    BOOST_TEST(probes == 1u);
    BOOST_TEST(api.lists == 1u);
}

// A watch at a future version sends nothing and ends normally.
BOOST_FIXTURE_TEST_CASE(a_server_restored_from_a_backup_is_listed_again, Quiet) {
    harness.run_for(10s);
    api.restore(50);
    api.remove_pod("app-0");
    api.pod("app-2", "10.1.0.12");
    api.end_watches();
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.11 app@10.1.0.12"; }, 70s));
    BOOST_TEST(api.lists == 2u);
    BOOST_TEST(api.probes == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_server_restored_after_minutes_of_silence_is_listed_again, Quiet) {
    harness.run_for(5min); // its silence is not a failure
    api.restore(50);
    api.remove_pod("app-0");
    api.end_watches();
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.11"; }, 11min));
    BOOST_TEST(api.lists == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_bookmark_with_an_older_version_causes_a_list, Quiet) {
    harness.run_for(10s);
    api.restore(50);
    api.remove_pod("app-0");
    api.send_line(R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"51"}}})"
                  "\n");
    BOOST_TEST((next(1s).kind == Kind::replace));
    BOOST_TEST(names() == "app@10.1.0.11");
}

BOOST_FIXTURE_TEST_CASE(a_silent_watch_whose_probe_fails_is_a_failure, Quiet) {
    harness.run_for(10s);
    api.in_place_of_lists = refusal(503, "", "shutting down");
    BOOST_REQUIRE(until([&] { return count(Kind::failed) != 0; }, 70s));
    failed_with(KITH_UNAVAILABLE, "503: shutting down");
    BOOST_TEST(!in_sync());
    const auto watched = api.watched;
    harness.run_for(1min);
    BOOST_TEST(api.watched == watched); // requests are repeated until it answers
    api.in_place_of_lists.reset();
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    BOOST_TEST(api.lists == 1u);
    BOOST_TEST(names() == two);
}
