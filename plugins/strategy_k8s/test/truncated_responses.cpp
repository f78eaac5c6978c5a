// SPDX-License-Identifier: MIT
//
// Responses that the server marks as incomplete: a peer that they do not contain is not missing.
#include "fixture.hpp"

using namespace k8s;
using namespace k8s::test;

namespace {

const std::string truncated = R"("annotations":{"endpoints.kubernetes.io/over-capacity":"truncated"})";

struct Cut : Fixture {
    Cut() : Fixture(options("")) { api.more_metadata = truncated; }

    void put(std::initializer_list<int> ready, std::initializer_list<int> not_ready = {}) {
        const auto list = [](std::initializer_list<int> numbers) {
            std::string out;
            for (const int number : numbers) {
                const std::string text = std::to_string(number);
                out +=
                    (out.empty() ? "" : ",") + (R"({"ip": "10.1.0.1)" + text + R"(", "targetRef": {"uid": "u)" + text + "\"}}");
            }
            return "[" + out + "]";
        };
        api.put(Lookup::endpoints, "app",
                R"("subsets": [{"addresses": )" + list(ready) + R"(, "notReadyAddresses": )" + list(not_ready) + "}]");
    }
    std::string missing() const {
        std::string out;
        for (const auto &one : harness.observations()) {
            for (const auto &key : one.missing) out += key + " ";
        }
        return out;
    }
    ApiServer api{there, 443, authority, {"kubernetes.default.svc"}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(truncated_endpoints_are_reported_as_incomplete, Cut) {
    put({0, 1});
    start();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr && api.watches() == 1; }));
    failed_with(KITH_LIMIT,
                "Endpoints team/app do not list all addresses (annotation endpoints.kubernetes.io/over-capacity: truncated)");
    failed_with(KITH_LIMIT, "Configure kubernetes_ip_lookup_mode endpointslices");
    BOOST_TEST(names() == "app@10.1.0.10 app@10.1.0.11");
    BOOST_TEST(count(Kind::replace) == 0u);
    harness.run_for(1min);
    BOOST_TEST(!in_sync());
    const auto &last = harness.observations().back();
    BOOST_TEST((last.kind == Kind::failed)); // it stays incomplete
}

BOOST_FIXTURE_TEST_CASE(peers_absent_from_truncated_endpoints_are_kept, Cut) {
    put({0, 1, 2});
    start();
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    put({0, 3});
    BOOST_REQUIRE(until([&] { return harness.peers().size() == 4; }));
    put({3, 4}, {0}); // 0 is reported as not ready
    BOOST_REQUIRE(until([&] { return !missing().empty(); }));
    BOOST_TEST(missing() == "u0 ");
    harness.refresh(); // a list does not remove it either
    harness.run_for(1s);
    BOOST_TEST(api.lists == 2u);
    BOOST_TEST(missing() == "u0 ");
    BOOST_TEST(names() == "app@10.1.0.11 app@10.1.0.12 app@10.1.0.13 app@10.1.0.14");
    BOOST_TEST(!in_sync());

    api.more_metadata.clear();
    put({2, 3, 4}); // all of them
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    BOOST_TEST(missing() == "u0 u1 ");
    BOOST_TEST((harness.observations().back().kind != Kind::failed));
}

BOOST_FIXTURE_TEST_CASE(a_change_of_the_truncation_annotation_alone_is_reported, Cut) {
    api.more_metadata.clear();
    put({0, 1});
    start();
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    api.more_metadata = truncated;
    put({0, 1});
    BOOST_REQUIRE(until([&] { return !in_sync() && last_failure() != nullptr; }));
    api.more_metadata = R"("annotations":{"endpoints.kubernetes.io/over-capacity":"warning","other":"truncated"})";
    put({0, 1}); // the annotation of an older controller: all are listed
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    BOOST_TEST(count(Kind::failed) == 1u);
}

BOOST_FIXTURE_TEST_CASE(deleted_truncated_endpoints_release_their_peers, Cut) {
    put({0, 1});
    start();
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    put({1});
    harness.run_for(1s);
    api.remove(Lookup::endpoints, "app");
    BOOST_REQUIRE(until([&] { return in_sync(); }));
    BOOST_TEST(harness.peers().empty());
}

// Peers that an incomplete object has not contained for a long time are kept, up to a limit.
BOOST_FIXTURE_TEST_CASE(peers_kept_for_truncated_endpoints_are_limited, Cut) {
    const auto thousand = [this](int from) {
        std::string list;
        for (int i = from; i < from + 1000; ++i)
            list += (i == from ? "" : ",") + (R"({"ip": "10.2.0.1", "targetRef": {"uid": "u)" + std::to_string(i) + "\"}}");
        api.put(Lookup::endpoints, "app", R"("subsets": [{"addresses": [)" + list + "]}]");
    };
    thousand(0);
    start();
    BOOST_REQUIRE(until([&] { return api.watches() == 1; }));
    for (int i = 1; i < 15; ++i) {
        thousand(i * 1000);
        harness.run_for(1s);
    }
    BOOST_TEST(harness.peers().size() == 11'000u);
}

// ---- lists with inconsistent pages ----

BOOST_FIXTURE_TEST_CASE(a_last_page_with_remaining_items_is_refused, Following) {
    api.in_place_of_lists =
        HttpReply(200, R"({"kind":"PodList","metadata":{"resourceVersion":"7","remainingItemCount":1},"items":[]})");
    harness.refresh();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }));
    failed_with(KITH_PROTOCOL, "its last page has remainingItemCount 1 and no `continue`");
    BOOST_TEST(names() == two);
}

BOOST_FIXTURE_TEST_CASE(a_page_that_refers_to_itself_is_refused, Following) {
    api.in_place_of_lists =
        HttpReply(200, R"({"kind":"PodList","metadata":{"resourceVersion":"7","continue":"x"},"items":[]})");
    harness.refresh();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }));
    failed_with(KITH_PROTOCOL, "refers to the same page");
    BOOST_TEST(names() == two);
    BOOST_TEST(api.http().asked().size() < 8u);
}

BOOST_FIXTURE_TEST_CASE(a_list_that_always_expires_is_reported_as_a_failure, Following) {
    const HttpReply begun(200, R"({"kind":"PodList","metadata":{"resourceVersion":"7","continue":"x"},"items":[]})");
    api.http().route("/api/v1/namespaces/team/pods", [begun](const HttpAsked &asked) {
        return asked.target.find("continue=") == std::string::npos ? begun : refusal(410, "Expired", "too old");
    });
    harness.refresh();
    BOOST_REQUIRE(until([&] { return last_failure() != nullptr; }, 10s));
    failed_with(KITH_NOT_FOUND, "410: too old");
    BOOST_TEST(names() == two);
}
