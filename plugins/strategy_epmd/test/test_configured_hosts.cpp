// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_epmd
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/sim_net.hpp>

#include <boost/test/unit_test.hpp>

extern "C" const kith_entry kith_plugin_entry_strategy_epmd;

using kith::testkit::Observation;

namespace {

constexpr const char *three = R"({"hosts": ["a@10.0.0.1", "b@10.0.0.2", "c@example"]})";

struct Fixture {
    ~Fixture() {
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
    kith::testkit::SimNet net;
    kith::testkit::SimulatedMachine &machine = net.machine("here", {"10.0.0.7"});
    kith::testkit::PluginHarness harness{machine, kith_plugin_entry_strategy_epmd, "epmd", three};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_whole_list_is_reported_at_start, Fixture) {
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(harness.observations().size() == 2u);
    BOOST_TEST((harness.observations()[0].kind == Observation::Kind::replace));
    BOOST_TEST((harness.observations()[1].kind == Observation::Kind::watching));
    BOOST_TEST(harness.observations()[1].in_sync);
    BOOST_REQUIRE(harness.peers().size() == 3u);
    BOOST_TEST(harness.peers()[0].key == "a@10.0.0.1");
    BOOST_TEST(harness.peers()[0].name == "a@10.0.0.1");
    BOOST_TEST(harness.peers()[0].attribute("host") == "10.0.0.1");
    BOOST_TEST(harness.peers()[2].attribute("host") == "example");
}

BOOST_FIXTURE_TEST_CASE(a_refresh_reports_the_list_again_and_nothing_else_does, Fixture) {
    BOOST_REQUIRE(harness.start() == KITH_OK);
    harness.run_for(std::chrono::hours(24));
    BOOST_TEST(harness.observations().size() == 2u);
    harness.refresh();
    BOOST_TEST(harness.observations().size() == 4u);
    BOOST_TEST(harness.peers().size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(stop_and_restart_succeed_repeatedly, Fixture) {
    for (int i = 0; i < 100; ++i) {
        BOOST_REQUIRE(harness.start() == KITH_OK);
        BOOST_REQUIRE(harness.stop());
        harness.destroy();
    }
}

BOOST_FIXTURE_TEST_CASE(two_instances_are_independent, Fixture) {
    kith::testkit::PluginHarness other{
        machine, kith_plugin_entry_strategy_epmd, "epmd", R"({"hosts": ["d@10.0.0.4"]})", {"t", "s", "t/s"}};
    BOOST_REQUIRE(harness.start() == KITH_OK);
    BOOST_REQUIRE(other.start() == KITH_OK);
    BOOST_TEST(harness.peers().size() == 3u);
    BOOST_TEST(other.peers().size() == 1u);
    BOOST_TEST(other.violations().empty());
}

BOOST_FIXTURE_TEST_CASE(an_empty_list_is_reported_as_an_empty_set, Fixture) {
    kith::testkit::PluginHarness none{machine, kith_plugin_entry_strategy_epmd, "epmd", R"({"hosts": []})", {"t", "s", "t/s"}};
    BOOST_REQUIRE(none.start() == KITH_OK);
    BOOST_REQUIRE(none.observations().size() == 2u);
    BOOST_TEST(none.peers().empty());
    BOOST_TEST(none.violations().empty());
}

BOOST_FIXTURE_TEST_CASE(a_missing_list_of_hosts_is_refused_with_a_reason, Fixture) {
    kith::testkit::PluginHarness none{machine, kith_plugin_entry_strategy_epmd, "epmd", "{}", {"t", "s", "t/s"}};
    BOOST_TEST(none.start() == KITH_NOT_FOUND);
    BOOST_TEST(none.error() == "option /hosts is missing: expected a list or an object");
}

BOOST_AUTO_TEST_CASE(its_observations_are_authenticated) {
    const auto &d = *kith_plugin_entry_strategy_epmd.descriptors[0];
    BOOST_TEST((d.flags & KITH_FLAG_AUTHENTICATED) != 0u);
    BOOST_TEST((d.flags & KITH_FLAG_ROTATING) == 0u);
}
