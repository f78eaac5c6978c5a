// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE connector_log
#include <kith/service/log.h>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/sim_net.hpp>

#include <boost/test/unit_test.hpp>

extern "C" const kith_entry kith_plugin_entry_connector_log;

using Names = std::vector<std::string>;

namespace {

struct Fixture {
    Fixture() { BOOST_REQUIRE(harness.start() == KITH_OK); }
    ~Fixture() {
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
    /// The status of the result.
    std::int32_t done(std::uint64_t op) {
        const auto *report = harness.await_done(op);
        BOOST_REQUIRE(report != nullptr);
        return report->status;
    }
    kith::testkit::SimNet net;
    kith::testkit::SimulatedMachine &machine = net.machine("here", {"10.0.0.7"});
    kith::testkit::PluginHarness harness{machine, kith_plugin_entry_connector_log, "log", R"({"node": "app@10.0.0.7"})"};
    kith::testkit::RecordedPeer first{"k1", "app@10.0.0.8", {}, {}}, second{"k2", "app@10.0.0.9", {}, {}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(attaches_at_once_with_no_links, Fixture) {
    BOOST_TEST(harness.attached());
    BOOST_TEST(harness.attached_node() == "app@10.0.0.7");
    BOOST_TEST(harness.epoch() == 1u);
    BOOST_TEST(harness.links().empty());
}

BOOST_FIXTURE_TEST_CASE(logs_the_operation_and_reports_a_pretended_link, Fixture) {
    BOOST_TEST(done(harness.connect(first)) == KITH_OK);
    BOOST_TEST(done(harness.connect(second)) == KITH_OK);
    BOOST_TEST(harness.links() == (Names{"app@10.0.0.8", "app@10.0.0.9"}));
    BOOST_TEST(done(harness.disconnect(first)) == KITH_OK);
    BOOST_TEST(harness.links() == Names{"app@10.0.0.9"});
    BOOST_REQUIRE(harness.log().size() == 3u);
    BOOST_TEST(harness.log()[0].message == "would connect");
    BOOST_TEST(harness.log()[0].level == KITH_LOG_INFO);
    BOOST_TEST((harness.log()[0].fields == kith::testkit::Pairs{{"peer", "app@10.0.0.8"}, {"key", "k1"}}));
    BOOST_TEST(harness.log()[2].message == "would disconnect");
}

BOOST_FIXTURE_TEST_CASE(a_repeated_operation_succeeds_and_changes_nothing, Fixture) {
    BOOST_TEST(done(harness.connect(first)) == KITH_OK);
    BOOST_TEST(done(harness.connect(first)) == KITH_OK);
    BOOST_TEST(done(harness.disconnect(first)) == KITH_OK);
    BOOST_TEST(done(harness.disconnect(first)) == KITH_OK);
    int up = 0, down = 0;
    for (const auto &report : harness.reports()) {
        up += report.kind == kith::testkit::Report::Kind::link_up ? 1 : 0;
        down += report.kind == kith::testkit::Report::Kind::link_down ? 1 : 0;
    }
    BOOST_TEST(up == 1);
    BOOST_TEST(down == 1);
}

BOOST_FIXTURE_TEST_CASE(a_refresh_reports_the_links_again, Fixture) {
    BOOST_TEST(done(harness.connect(first)) == KITH_OK);
    const auto before = harness.reports().size();
    harness.refresh();
    BOOST_REQUIRE(harness.reports().size() == before + 1);
    BOOST_REQUIRE(harness.reports().back().links.size() == 1u);
    BOOST_TEST(harness.reports().back().links[0].name == "app@10.0.0.8");
    BOOST_TEST((harness.reports().back().links[0].attributes == kith::testkit::Pairs{{"type", "pretended"}}));
}

BOOST_FIXTURE_TEST_CASE(stop_ends_operations_in_progress, Fixture) {
    const auto op = harness.connect(first);
    BOOST_TEST(op != 0u);
    BOOST_TEST(harness.stop());
    BOOST_TEST(harness.await_done(op) != nullptr);
    harness.destroy();
    BOOST_TEST(harness.start() == KITH_OK);
    BOOST_TEST(harness.links().empty());
}

BOOST_AUTO_TEST_CASE(the_default_for_removed_peers_is_disconnect) {
    BOOST_TEST(kith_plugin_entry_connector_log.descriptors[0]->prune == KITH_PRUNE_DISCONNECT);
}
