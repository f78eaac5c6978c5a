// SPDX-License-Identifier: MIT
//
// Failing calls and stops at any moment.
#include "attached_connector.hpp"

#include <kith/testkit/fail_each.hpp>

namespace kith::erlang::test {

BOOST_AUTO_TEST_SUITE(failing_services)

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const std::uint64_t failed = kith::testkit::fail_each([](SimNet &net) {
        Machine &here = net.machine("here", {"10.0.0.7"});
        here.env("HOME", "/home/app");
        here.file("/home/app/.erlang.cookie", "secret\n", {0400, 1000, 1000});
        SimulatedEpmd epmd(here);
        epmd.add("app", 40000);
        SimulatedBeam beam(here, app, "secret", 40000);
        beam.reachable.insert("b@10.0.0.7");
        Rig rig(here, kith_plugin_entry_connector_erlang, "erlang", R"({"node": "app@10.0.0.7"})", {"", "", "beam"});
        if (rig.start() == KITH_OK) {
            // Whatever fails once, it attaches in the end, unless the instance itself gave up.
            if (!rig.run_until([&] { return rig.attached() || rig.failed(); }, 2min))
                throw std::runtime_error("it does not attach");
            if (rig.attached()) {
                const auto a = rig.connect({"b@10.0.0.7", "b@10.0.0.7", {}, {}});
                const auto b = rig.connect({"c@10.0.0.7", "c@10.0.0.7", {}, {}});
                if (a != 0 && !rig.await_done(a)) throw std::runtime_error("the first was not done");
                if (b != 0 && !rig.await_done(b)) throw std::runtime_error("the second was not done");
                rig.run_for(70s);
            }
            if (!rig.stop()) throw std::runtime_error("it does not stop");
        }
        if (!rig.violations().empty()) throw std::runtime_error(rig.violations().front());
    });
    BOOST_TEST(failed > 20u);
}

BOOST_AUTO_TEST_CASE(stop_succeeds_at_any_moment) {
    for (int i = 0; i < 120; ++i) {
        Attached it;
        it.beam.functions["net_kernel:connect_node"] = [](etf::TermView) { return std::nullopt; };
        BOOST_REQUIRE(it.rig.start() == KITH_OK);
        for (int j = 0; j < i; ++j) it.net.step();
        if (it.rig.attached()) (void)it.rig.connect({"b@10.0.0.8", "b@10.0.0.8", {}, {}});
        BOOST_TEST_CONTEXT("after " << i << " events") { BOOST_REQUIRE(it.rig.stop()); }
        it.rig.destroy();
    }
}

BOOST_AUTO_TEST_CASE(stop_destroy_and_restart_succeed_repeatedly) {
    Attached it;
    for (int i = 0; i < 10; ++i) {
        it.attach();
        BOOST_TEST(it.rig.stop());
        it.rig.destroy();
    }
    BOOST_TEST(it.rig.outstanding() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
