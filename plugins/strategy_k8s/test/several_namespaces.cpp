// SPDX-License-Identifier: MIT
//
// Several namespaces: one set of peers; a failure in one namespace removes no peer of another.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

namespace {

struct Both : Fixture {
    Both() : Fixture(options(R"("kubernetes_ip_lookup_mode": "pods", "kubernetes_namespace": ["team", "other"])")) {
        api.pod("app-0", "10.1.0.10");
        api.pod("web-0", "10.1.1.10", "Running", "kith", "other");
    }
    void follow() {
        start();
        BOOST_REQUIRE(until([&] { return in_sync(); }));
        BOOST_TEST(names() == "app@10.1.0.10 app@10.1.1.10");
        BOOST_TEST(count(Kind::replace) == 1u);
    }
    // Access to one of the two is denied.
    void close(const std::string &name_space, std::uint32_t code) {
        api.http().route("/api/v1/namespaces/" + name_space + "/pods",
                         [code](const HttpAsked &) { return refusal(code, "", "closed"); });
    }
    void open(const std::string &name_space) {
        api.http().route("/api/v1/namespaces/" + name_space + "/pods",
                         [this](const HttpAsked &asked) { return api.answer(asked); });
    }
    ApiServer api{there, 443, authority, {"kubernetes.default.svc"}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(changes_in_both_namespaces_are_reported, Both) {
    follow();
    api.pod("web-1", "10.1.1.11", "Running", "kith", "other");
    next();
    api.remove_pod("app-0");
    next();
    BOOST_TEST(names() == "app@10.1.1.10 app@10.1.1.11");
    harness.refresh();
    BOOST_REQUIRE(until([&] { return api.watches() == 2; }));
    harness.run_for(1s);
    BOOST_TEST(names() == "app@10.1.1.10 app@10.1.1.11");
    BOOST_TEST(in_sync());
}

BOOST_FIXTURE_TEST_CASE(a_forbidden_namespace_leaves_the_set_incomplete_until_it_is_allowed, Both) {
    close("other", 403);
    start();
    next();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }));
    BOOST_TEST(names() == "app@10.1.0.10"); // the accessible peers are reported
    BOOST_TEST(count(Kind::replace) == 0u);
    failed_with(KITH_UNAUTHORIZED, "/namespaces/other/pods");
    open("other");
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    BOOST_TEST(names() == "app@10.1.0.10 app@10.1.1.10");
}

BOOST_FIXTURE_TEST_CASE(a_failing_namespace_does_not_affect_the_other, Both) {
    follow();
    close("other", 500);
    api.end_watches();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }));
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    BOOST_TEST(!in_sync());
    api.pod("app-1", "10.1.0.11"); // the other namespace continues
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.0.10 app@10.1.0.11 app@10.1.1.10"; }));
    const auto &last = harness.observations().back();
    BOOST_TEST((last.kind == Kind::failed)); // the set is still incomplete
    open("other");
    BOOST_REQUIRE(until([&] { return in_sync(); }));
}

BOOST_FIXTURE_TEST_CASE(a_new_list_of_one_namespace_removes_its_deleted_pods_only, Both) {
    follow();
    net.partition(here, there, kith::testkit::Route::unreachable);
    api.end_watches(HttpFeed::Do::reset);
    harness.run_for(5s);
    api.remove_pod("app-0");
    api.compact();
    net.heal(here, there);
    BOOST_REQUIRE(until([&] { return names() == "app@10.1.1.10"; }, 2min));
    BOOST_REQUIRE(until([&] { return in_sync(); }));
}
