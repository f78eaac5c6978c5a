// SPDX-License-Identifier: MIT
#include "host_query_scheduler.hpp"

#include <boost/test/unit_test.hpp>

using namespace erlang_hosts;
using namespace std::chrono_literals;
using Which = HostQueryScheduler::Which;

namespace {

struct RosterFixture {
    HostQueryScheduler poller{5s, std::nullopt, [](Time mean) { return mean; }};
    Time now = 100s;

    std::vector<std::string> set(const std::vector<std::string> &hosts) { return poller.set(hosts, now); }
    std::vector<HostQueryScheduler::Query> begin(Which which = Which::round) {
        poller.begin(which, now);
        std::vector<HostQueryScheduler::Query> jobs;
        while (auto job = poller.next()) jobs.push_back(*job);
        return jobs;
    }
    void answer(const HostQueryScheduler::Query &job, const std::vector<std::string> &names) {
        epmd_names::Reply reply;
        for (const auto &name : names) reply.names.push_back({name, 1});
        poller.answered(job, reply, now);
    }
    void fail(const HostQueryScheduler::Query &job) {
        poller.failed(job, kith::error(KITH_REFUSED, "no EPMD listens on " + job.host), now);
    }
    std::vector<std::string> told() {
        BOOST_REQUIRE(poller.report_at());
        const Report telling = poller.take_report();
        BOOST_REQUIRE(!telling.failed);
        std::vector<std::string> keys;
        for (const auto &peer : telling.peers) keys.push_back(peer.key);
        return keys;
    }
    using Keys = std::vector<std::string>;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(host_query_scheduler, RosterFixture)

BOOST_AUTO_TEST_CASE(no_hosts_give_an_empty_report) {
    BOOST_TEST(!poller.report_at());
    set({});
    BOOST_TEST(told() == Keys{});
    BOOST_TEST(!poller.report_at());
}

BOOST_AUTO_TEST_CASE(the_first_report_waits_for_all_queried_hosts) {
    set({"a", "b"});
    const auto jobs = begin();
    BOOST_REQUIRE(jobs.size() == 2u);
    BOOST_TEST(!poller.report_at());
    answer(jobs[0], {"x", "y"});
    BOOST_TEST((*poller.report_at() == now + HostQueryScheduler::slow_host_limit)); // with a time limit
    answer(jobs[1], {"x"});
    BOOST_TEST((*poller.report_at() == now));
    BOOST_TEST(told() == (Keys{"x@a", "y@a", "x@b"}));
}

BOOST_AUTO_TEST_CASE(hosts_without_an_answer_yet_are_counted) {
    set({"a", "b"});
    const auto jobs = begin();
    answer(jobs[0], {"x"});
    const Report telling = poller.take_report();
    BOOST_TEST(telling.unasked == 1u);
    BOOST_TEST(telling.unasked_why == "EPMD on b has not replied yet");
    BOOST_TEST(telling.lost.empty());
}

BOOST_AUTO_TEST_CASE(a_failed_host_keeps_its_nodes_and_the_others_are_updated) {
    set({"a", "b"});
    for (const auto &job : begin()) answer(job, {"x"});
    BOOST_TEST(told() == (Keys{"x@a", "x@b"}));
    now += 5s;
    auto jobs = begin();
    BOOST_REQUIRE(jobs.size() == 2u);
    fail(jobs[0]);
    answer(jobs[1], {"y"});
    Report telling = poller.take_report();
    BOOST_TEST(telling.peers.size() == 2u);
    BOOST_TEST(telling.peers[0].key == "x@a");
    BOOST_TEST(telling.peers[1].key == "y@b");
    BOOST_TEST(telling.unasked == 1u);
    BOOST_TEST(telling.unasked_why == "no EPMD listens on a");
    BOOST_TEST(telling.lost == (Keys{"no EPMD listens on a"}));
    // It is reported once.
    jobs = begin();
    BOOST_REQUIRE(jobs.size() == 1u);
    answer(jobs[0], {"y"});
    telling = poller.take_report();
    BOOST_TEST(telling.lost.empty());
    BOOST_TEST(telling.unasked == 1u);
    // And when it answers again.
    now += 1s;
    jobs = begin(Which::due);
    BOOST_REQUIRE(jobs.size() == 1u);
    BOOST_TEST(jobs[0].host == "a");
    answer(jobs[0], {"z"});
    telling = poller.take_report();
    BOOST_TEST(telling.found == (Keys{"a"}));
    BOOST_TEST(telling.unasked == 0u);
    BOOST_TEST(telling.peers[0].key == "z@a");
}

BOOST_AUTO_TEST_CASE(only_the_failure_of_every_host_is_a_failure) {
    set({"a", "b", "c", "d"});
    const auto jobs = begin();
    for (std::size_t i = 0; i < 3; ++i) {
        fail(jobs[i]);
        BOOST_TEST(!poller.report_at());
    }
    fail(jobs[3]);
    BOOST_REQUIRE(poller.report_at());
    const Report telling = poller.take_report();
    BOOST_REQUIRE(telling.failed);
    BOOST_TEST(telling.failed->status == KITH_REFUSED);
    BOOST_TEST(telling.failed->text ==
               "none of the 4 hosts of the file could be queried: no EPMD listens on a; no EPMD listens on b; no "
               "EPMD listens on c; and 1 more");
    // It stays failed and is reported again, because the reason may differ.
    now += 1s;
    for (const auto &job : begin(Which::due)) fail(job);
    BOOST_REQUIRE(poller.report_at());
    BOOST_TEST(poller.take_report().failed.has_value());
}

BOOST_AUTO_TEST_CASE(the_failure_of_the_only_host_has_its_own_text) {
    set({"a"});
    fail(begin().front());
    BOOST_TEST(poller.take_report().failed->text == "the only host of the file could not be queried: no EPMD listens on a");
}

BOOST_AUTO_TEST_CASE(each_host_has_its_own_retry_delay) {
    set({"a", "b"});
    for (int i = 0; i < 3; ++i) {
        const auto jobs = begin(Which::all);
        fail(jobs[0]);
        i < 2 ? answer(jobs[1], {}) : fail(jobs[1]);
    }
    BOOST_TEST((*poller.next_due() == now + 1s)); // b, for the first time
    now += 1s;
    const auto jobs = begin(Which::due);
    BOOST_REQUIRE(jobs.size() == 1u);
    BOOST_TEST(jobs[0].host == "b");
    BOOST_TEST((*poller.next_due() == now + 3s)); // a, for the third time
}

BOOST_AUTO_TEST_CASE(failing_hosts_do_not_occupy_the_slots_of_the_others) {
    std::vector<std::string> hosts;
    for (int i = 0; i < 100; ++i) hosts.push_back("h" + std::to_string(i));
    set(hosts);
    std::size_t asked = 0;
    for (auto jobs = begin(); !jobs.empty(); jobs = begin(Which::due)) {
        BOOST_TEST(jobs.size() <= HostQueryScheduler::slots);
        for (const auto &job : jobs) asked++ < 50 ? fail(job) : answer(job, {"x"});
    }
    BOOST_TEST(asked == 100u);
    BOOST_TEST(poller.take_report().unasked == 50u);
    now += 10s;
    const auto jobs = begin();
    BOOST_TEST(jobs.size() == 2 * HostQueryScheduler::slots);
    BOOST_TEST(std::ranges::count_if(jobs, [](const auto &job) { return job.doubtful; }) ==
               static_cast<std::ptrdiff_t>(HostQueryScheduler::slots));
    // The answers of the working hosts are reported, independent of the others.
    for (const auto &job : jobs)
        if (!job.doubtful) answer(job, {"x"});
    while (auto job = poller.next()) answer(*job, {"x"});
    BOOST_TEST((*poller.report_at() == now));
}

BOOST_AUTO_TEST_CASE(the_peers_of_a_removed_host_are_removed) {
    set({"a", "b"});
    for (const auto &job : begin()) answer(job, {"x", "y"});
    told();
    BOOST_TEST(set({"b", "c"}) == (Keys{"x@a", "y@a"}));
    const auto jobs = begin();
    BOOST_REQUIRE(jobs.size() == 2u);
    answer(jobs[0], {"x"});
    answer(jobs[1], {"z"});
    BOOST_TEST(told() == (Keys{"x@b", "z@c"}));
}

BOOST_AUTO_TEST_CASE(an_answer_of_a_host_removed_meanwhile_is_ignored) {
    set({"a", "b"});
    const auto jobs = begin();
    set({"b"});
    answer(jobs[0], {"x"});
    answer(jobs[1], {"y"});
    BOOST_TEST(told() == (Keys{"y@b"}));
    set({"a", "b"}); // removed and added again
    const auto again = begin();
    BOOST_REQUIRE(again.size() == 2u);
    fail(again[0]);
    answer(again[1], {"y"});
    BOOST_TEST(told() == (Keys{"y@b"}));
}

BOOST_AUTO_TEST_CASE(removing_the_last_reachable_host_reports_the_failure_of_the_others) {
    set({"a", "b"});
    const auto jobs = begin();
    fail(jobs[0]);
    answer(jobs[1], {"x"});
    told();
    BOOST_TEST(set({"a"}) == (Keys{"x@b"}));
    BOOST_REQUIRE(poller.report_at());
    BOOST_TEST(poller.take_report().failed.has_value());
}

BOOST_AUTO_TEST_CASE(a_refresh_is_answered_even_without_a_change) {
    set({"a"});
    answer(begin().front(), {"x"});
    told();
    const auto jobs = begin(Which::all);
    BOOST_REQUIRE(jobs.size() == 1u);
    fail(jobs[0]);
    poller.take_report();
    const auto again = begin(Which::all); // its pause does not matter
    BOOST_REQUIRE(again.size() == 1u);
    BOOST_TEST(!again[0].doubtful);
    fail(again[0]);
    BOOST_TEST(poller.report_at().has_value());
}

BOOST_AUTO_TEST_CASE(nodes_that_do_not_match_are_left_out_and_counted) {
    HostQueryScheduler some(5s, Glob("app*@*"), [](Time mean) { return mean; });
    some.set(std::vector<std::string>{"a"}, now);
    some.begin(Which::round, now);
    some.answered(*some.next(), {.names = {{"app", 1}, {"app2", 1}, {"tool", 1}}}, now);
    const Report telling = some.take_report();
    BOOST_TEST(telling.peers.size() == 2u);
    BOOST_TEST(telling.unmatched == 1u);
    BOOST_TEST(telling.peers[1].attribute_or_empty("host") == "a");
    BOOST_TEST(telling.peers[1].attribute_or_empty("port") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
