// SPDX-License-Identifier: MIT
//
// Finding and entering the node.
#include "attached_connector.hpp"

namespace kith::erlang::test {

BOOST_AUTO_TEST_SUITE(attaching)

BOOST_FIXTURE_TEST_CASE(the_node_and_its_links_are_reported, Attached) {
    beam.link("b@h");
    beam.link("c@h", true);
    attach();
    BOOST_TEST(rig.attached_node() == app);
    BOOST_TEST(rig.epoch() == 1u);
    BOOST_TEST((links() == Names{"b@h", "c@h"}));
    const auto told = of(Kind::links).front().links;
    for (const auto &link : told) {
        BOOST_REQUIRE_EQUAL(link.attributes.size(), 1u);
        BOOST_TEST(link.attributes[0].first == "type");
        BOOST_TEST(link.attributes[0].second == (link.name == "c@h" ? "hidden" : "visible"));
    }
    BOOST_TEST(rig.stop());
    BOOST_TEST(here.open_streams() == 0u);
}

BOOST_FIXTURE_TEST_CASE(kith_attaches_under_a_name_of_its_own, Attached) {
    attach();
    BOOST_REQUIRE_EQUAL(beam.names.size(), 1u);
    BOOST_TEST(beam.names[0].starts_with("kith-"));
    BOOST_TEST(beam.names[0].ends_with("@10.0.0.7"));
    // The relay's own start, and with it everything else, prints to the node's user process.
    BOOST_TEST(beam.group_leaders.front() == beam.names[0]);
    (void)join("b@10.0.0.8");
    BOOST_TEST(beam.group_leaders.back() == "leader@h");
}

BOOST_AUTO_TEST_CASE(two_kith_processes_do_not_disconnect_each_other) {
    Attached one;
    Rig other(one.here, kith_plugin_entry_connector_erlang, "erlang", R"({"node": "app@10.0.0.7"})", {"", "", "beam2"});
    one.attach();
    BOOST_REQUIRE(other.start() == KITH_OK);
    BOOST_REQUIRE(other.run_until([&] { return other.attached(); }));
    one.rig.run_for(2min);
    BOOST_TEST(one.rig.attached());
    BOOST_TEST(other.attached());
    BOOST_TEST(one.rig.epoch() == 1u);
    BOOST_TEST(one.beam.names[0] != one.beam.names[1]);
    BOOST_TEST(one.links().empty()); // neither is a link
    BOOST_TEST(other.links().empty());
}

BOOST_AUTO_TEST_CASE(the_only_node_in_epmd_is_used_without_the_option_node) {
    Attached it("{}");
    it.epmd.add("kith-0123456789abcdef", 1);
    it.epmd.add("rem-12ab", 2);
    it.attach();
    BOOST_TEST(it.rig.attached_node() == app);
}

BOOST_AUTO_TEST_CASE(release_node_names_the_node) {
    Attached it("{}");
    it.epmd.add("other", 40001);
    it.here.env("RELEASE_NODE", "app");
    it.attach();
    BOOST_TEST(it.rig.attached_node() == app);
}

// The schema refuses such an option before; the environment is not checked by it.
BOOST_AUTO_TEST_CASE(an_invalid_name_in_release_node_is_refused) {
    const std::pair<const char *, const char *> cases[] = {
        {"app@", "nothing stands behind the @"},
        {"@10.0.0.7", "nothing stands before the @"},
        {"app@10.0.0.7 ", "a blank, a control character"},
        {"app@10.0.0.7\n", "a blank, a control character"},
        {"k\xc3\xb6ln@10.0.0.7", "a character that no node's name has there"},
        {"app@$(POD_IP)", "$(...) stands in it as it is"},
    };
    for (const auto &[name, fault] : cases) {
        Attached it("{}");
        it.here.env("RELEASE_NODE", name);
        const Report why = it.detached();
        BOOST_TEST(why.status == KITH_INVALID, name);
        BOOST_TEST(has(why.text, "RELEASE_NODE is \""), why.text);
        BOOST_TEST(has(why.text, fault), why.text);
        BOOST_TEST(it.epmd.asked() == 0u);
    }
}

BOOST_AUTO_TEST_CASE(the_option_port_makes_epmd_unnecessary) {
    Attached it(R"({"node": "app@elsewhere", "address": "10.0.0.7", "port": 40000})");
    SimulatedBeam other(it.here, "app@elsewhere", "secret", 40009);
    it.epmd.peer().stop_listening();
    const Report why = it.detached(); // app@10.0.0.7 is there, and was not asked for
    BOOST_TEST(why.status == KITH_NOT_FOUND);
    BOOST_TEST(has(why.text, "another node answers there: app@10.0.0.7"));
    Attached good(R"({"node": "app@10.0.0.7", "port": 40000})");
    good.epmd.peer().stop_listening();
    good.attach();
}

BOOST_AUTO_TEST_CASE(the_port_of_epmd_is_the_option_or_that_of_the_environment) {
    for (const bool by_option : {true, false}) {
        Attached it(by_option ? R"({"node": "app@10.0.0.7", "epmd_port": 5000})" : R"({"node": "app@10.0.0.7"})");
        SimulatedEpmd other(it.here, 5000);
        other.add("app", 40000);
        it.epmd.peer().stop_listening();
        if (!by_option) it.here.env("ERL_EPMD_PORT", "5000");
        it.attach();
    }
    Attached bad;
    bad.here.env("ERL_EPMD_PORT", "70000");
    BOOST_TEST(bad.rig.start() == KITH_INVALID);
    BOOST_TEST(has(bad.rig.error(), "ERL_EPMD_PORT"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
