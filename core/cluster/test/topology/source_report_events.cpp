// SPDX-License-Identifier: MIT
//
// Which events observations and failures publish, and which are not repeated.
#include <core/cluster/topology/source_report_events.hpp>
#include <core/cluster/topology/topology_readiness.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(observation_events)

namespace {

struct Reports {
    Reports() { reports.add("s"); }

    // The events since the last call, from their source on.
    std::string told() {
        std::string lines;
        for (; next < bus.kept().size(); ++next) {
            const std::string json{bus.kept()[next]->json()};
            lines += (lines.empty() ? "" : "\n") + json.substr(json.find("\"kind\""));
        }
        return lines;
    }
    bool observed(ObservationTally tally, bool whole = true) { return reports.observed(source, tally, whole, now); }

    EventBus bus;
    ObservationEvents reports{"t", bus};
    TopologyReadiness health{"t", bus};
    SourceId source{0};
    Time now = 0;
    std::size_t next = 0;
};

ObservationTally peers(std::size_t count, std::size_t discovered = 0, std::size_t unnamed = 0) {
    ObservationTally tally;
    tally.peers = count;
    tally.discovered = discovered;
    tally.unnamed = unnamed;
    if (unnamed != 0) tally.unnamed_reason = "no name";
    return tally;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_unchanged_observation_publishes_nothing) {
    Reports it;
    BOOST_CHECK(it.observed(peers(2, 2)));
    BOOST_CHECK_EQUAL(it.told(), R"("kind":"observation.ok","topology":"t","source":"s","peers":2,"new":2})");
    BOOST_CHECK(!it.observed(peers(2)));
    BOOST_CHECK_EQUAL(it.told(), "");
    BOOST_CHECK(!it.observed(peers(3, 1), false)); // an update: its changes have their own events
    BOOST_CHECK(it.observed(peers(4, 1)));
    BOOST_CHECK_EQUAL(it.told(), R"("kind":"observation.ok","topology":"t","source":"s","peers":4,"new":1})");
}

BOOST_AUTO_TEST_CASE(left_out_items_are_published_when_they_change) {
    Reports it;
    it.observed(peers(1));
    it.told();
    it.reports.left_out(it.source, 2, "no address");
    it.reports.left_out(it.source, 1, "another reason");
    BOOST_CHECK(it.observed(peers(1, 0, 1)));
    BOOST_CHECK_EQUAL(it.told(),
                      R"("kind":"observation.ok","topology":"t","source":"s","reason":"no address","peers":1,"left_out":4})");
    it.reports.left_out(it.source, 4, "no address");
    BOOST_CHECK(!it.observed(peers(1)));
    it.reports.left_out(it.source, 4, "not ready");
    BOOST_CHECK(it.observed(peers(1)));
    BOOST_CHECK_EQUAL(it.told(),
                      R"("kind":"observation.ok","topology":"t","source":"s","reason":"not ready","peers":1,"left_out":4})");
    BOOST_CHECK(it.observed(peers(1)));
    BOOST_CHECK_EQUAL(it.told(), R"("kind":"observation.ok","topology":"t","source":"s","peers":1})");
}

BOOST_AUTO_TEST_CASE(a_failure_is_published_when_it_begins_and_changes) {
    Reports it;
    it.observed(peers(1));
    it.told();
    it.reports.failed(it.source, KITH_TIMED_OUT, "no answer", 1 * one_second);
    it.reports.failed(it.source, KITH_TIMED_OUT, "no answer", 2 * one_second);
    it.reports.failed(it.source, KITH_REFUSED, "no", 3 * one_second);
    BOOST_CHECK_EQUAL(
        it.told(),
        R"("kind":"observation.failed","topology":"t","source":"s","status":"timed_out","reason":"no answer","failures":1})"
        "\n"
        R"("kind":"observation.failed","topology":"t","source":"s","status":"refused","reason":"no","failures":3})");
    it.now = 5 * one_second;
    BOOST_CHECK(it.observed(peers(1)));
    BOOST_CHECK_EQUAL(it.told(),
                      R"("kind":"observation.ok","topology":"t","source":"s","duration_ms":4000,"peers":1,"failures":3})");
    BOOST_CHECK_EQUAL(it.reports[it.source].failures, 0U);
}

BOOST_AUTO_TEST_CASE(staleness_and_readiness_are_published_once_per_change) {
    Reports it;
    it.health.became_fresh(0); // it was
    it.health.became_stale("s", KITH_IO, "cannot look", 1 * one_second);
    it.health.became_stale("s", KITH_IO, "cannot look either", 2 * one_second);
    it.health.became_fresh(4 * one_second);
    BOOST_CHECK_EQUAL(it.told(), R"("kind":"topology.stale","topology":"t","source":"s","status":"io","reason":"cannot look"})"
                                 "\n"
                                 R"("kind":"topology.fresh","topology":"t","duration_ms":3000})");
    it.health.started(10 * one_second);
    it.health.became_ready("beam", "n@h", 3, 2, 12 * one_second);
    it.health.became_ready("beam", "n@h", 3, 3, 13 * one_second);
    it.health.became_unready(14 * one_second);
    it.health.became_ready("beam", "n@h", 3, 3, 15 * one_second);
    BOOST_CHECK_EQUAL(
        it.told(),
        R"("kind":"topology.ready","topology":"t","connector":"beam","node":"n@h","duration_ms":2000,"peers":3,"linked":2})"
        "\n"
        R"("kind":"topology.ready","topology":"t","connector":"beam","node":"n@h","duration_ms":1000,"peers":3,"linked":3})");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
