// SPDX-License-Identifier: MIT
//
// The links of the node.
#include "attached_connector.hpp"

namespace kith::erlang::test {

BOOST_AUTO_TEST_SUITE(links_of_the_node)

BOOST_FIXTURE_TEST_CASE(remote_shells_and_other_kith_processes_are_not_peers, Attached) {
    beam.link("rem-12@h", true);
    beam.link("kith-0123456789abcdef@h", true);
    beam.link("b@h");
    attach();
    BOOST_TEST((links() == Names{"b@h"}));
    beam.link("remsh5@h", true);
    beam.link("c@h");
    BOOST_TEST(rig.run_until([this] { return links() == Names{"b@h", "c@h"}; }, 1s));
    rig.run_for(2min);
    BOOST_TEST((links() == Names{"b@h", "c@h"}));
}

BOOST_AUTO_TEST_CASE(tools_and_ignored_nodes_are_not_peers) {
    Attached it(R"({"node": "app@10.0.0.7", "ignore": ["health*@*"]})");
    it.beam.link("c17@h", true);
    it.beam.link("rabbitmqcli-991-rabbit@h", true);
    it.beam.link("health-1@h");
    it.beam.link("c9@h"); // a visible one is no erl_call
    it.attach();
    BOOST_TEST((it.links() == Names{"c9@h"}));
    it.beam.link("c18@h", true);
    it.beam.link("rabbitmqcli-992-rabbit@h", true);
    it.beam.link("health-2@h", true);
    it.beam.link("cx@h", true);
    it.beam.link("3O8L5JLUDVLB3@h", true);
    it.beam.link("PRODUCTION@h", true); // no digit
    BOOST_TEST(it.rig.run_until([&] { return it.links() == Names{"PRODUCTION@h", "c9@h", "cx@h"}; }, 1s));
    it.rig.run_for(2min); // nor are they found by listing
    BOOST_TEST((it.links() == Names{"PRODUCTION@h", "c9@h", "cx@h"}));
    it.beam.unlink("c18@h", "connection_closed");
    it.rig.run_for(1s);
    BOOST_TEST(it.of(Kind::link_down).empty());
}

// A peer may be called as erl_call is.
BOOST_FIXTURE_TEST_CASE(a_joined_node_with_the_name_of_a_tool_is_a_peer, Attached) {
    beam.reachable.insert("c17@10.0.0.8");
    beam.link("c17@10.0.0.8", true);
    beam.link("c18@10.0.0.8", true);
    attach();
    BOOST_TEST(links().empty());
    BOOST_TEST(join("c17@10.0.0.8").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links() == Names{"c17@10.0.0.8"}; }, 1s));
    rig.run_for(2min);
    BOOST_TEST((links() == Names{"c17@10.0.0.8"}));
    beam.unlink("c17@10.0.0.8", "connection_closed");
    BOOST_TEST(rig.run_until([this] { return links().empty(); }, 1s));
}

BOOST_FIXTURE_TEST_CASE(repeatedly_short_links_are_reported_with_the_tick_time, Attached) {
    beam.functions["net_kernel:get_net_ticktime"] = [](etf::TermView) { return term("2"); };
    attach();
    for (int i = 0; i < 2; ++i) {
        beam.link("b@h");
        rig.run_for(2500ms);
        beam.unlink("b@h", "net_tick_timeout");
        rig.run_for(1s);
    }
    const auto downs = of(Kind::link_down);
    BOOST_REQUIRE_EQUAL(downs.size(), 2u);
    BOOST_TEST(downs[0].text == "net_tick_timeout");
    BOOST_TEST(has(downs[1].text, "in its net_ticktime of 2 s: possibly b@h has a longer one"), downs[1].text);
}

BOOST_FIXTURE_TEST_CASE(unreported_changes_are_found_by_listing, Attached) {
    beam.link("b@h");
    beam.link("c@h");
    attach();
    beam.silent_links = true;
    beam.unlink("b@h", "x");
    beam.link("d@h");
    rig.run_for(20s);
    BOOST_TEST((links() == Names{"b@h", "c@h"}));
    rig.run_for(20s);
    BOOST_TEST((links() == Names{"c@h", "d@h"}));
    beam.unlink("c@h", "x");
    rig.refresh();
    BOOST_TEST(rig.run_until([this] { return links() == Names{"d@h"}; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_called_between_listings, Attached) {
    attach();
    rig.run_for(1s);
    const std::size_t before = beam.calls.size();
    rig.run_for(10min);
    BOOST_TEST(beam.calls.size() - before == 20u);
}

BOOST_FIXTURE_TEST_CASE(a_relay_that_ends_is_restarted, Attached) {
    attach();
    rig.run_for(5s);
    beam.end_relays("killed");
    rig.run_for(1s);
    BOOST_TEST(rig.logged("relay"));
    beam.link("b@h");
    BOOST_TEST(rig.run_until([this] { return links() == Names{"b@h"}; }, 1s));
    BOOST_TEST(rig.epoch() == 1u);
    // One that ends at once, again and again, keeps nobody busy.
    const std::size_t before = beam.group_leaders.size();
    for (int i = 0; i < 100; ++i) {
        beam.end_relays("killed");
        rig.run_for(100ms);
    }
    BOOST_TEST(beam.group_leaders.size() - before < 25u);
}

BOOST_AUTO_TEST_CASE(links_are_reported_without_erl_eval) {
    Attached it;
    it.beam.erl_eval = false;
    it.beam.link("b@h");
    it.attach();
    BOOST_TEST((it.links() == Names{"b@h"}));
    BOOST_TEST(it.beam.called("to global_group") == 1u);
    it.beam.reachable.insert("c@10.0.0.8");
    BOOST_TEST(it.join("c@10.0.0.8").status == KITH_OK);
    BOOST_TEST(it.rig.run_until([&] { return it.links() == Names{"b@h", "c@10.0.0.8"}; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(a_tick_is_answered_at_once, Attached) {
    attach();
    for (int i = 1; i <= 3; ++i) {
        beam.send_all(bytes({0, 0, 0, 0}));
        rig.run_for(100ms);
        BOOST_TEST(beam.ticks == static_cast<std::size_t>(i));
    }
}

struct Overlay : Attached {
    Overlay()
        : Attached(R"({"node": "app@10.0.0.7", "connect": ["overlay", "join", []], "disconnect": ["overlay", "leave", []],
                       "list_nodes": ["overlay", "members", []]})") {
        beam.functions["overlay:join"] = [this](etf::TermView arguments) {
            members.insert(arguments.elements().next().atom().value());
            return term("ok");
        };
        beam.functions["overlay:leave"] = [this](etf::TermView arguments) {
            members.erase(arguments.elements().next().atom().value());
            return term("ok");
        };
        beam.functions["overlay:members"] = [this](etf::TermView) {
            std::string list;
            etf::Writer writer(list);
            writer.list(static_cast<std::uint32_t>(members.size()));
            for (const auto &member : members) writer.binary(member);
            writer.nil();
            return list;
        };
    }
    std::set<std::string> members;
};

BOOST_FIXTURE_TEST_CASE(links_of_another_distribution_come_from_its_list, Overlay) {
    members.insert("left-7");
    beam.link("b@h");
    attach();
    BOOST_TEST((links() == Names{"left-7"}));
    BOOST_TEST(join("right-8").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links() == Names{"left-7", "right-8"}; }, 1s));
    BOOST_TEST(part("left-7").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links() == Names{"right-8"}; }, 1s));
    members.insert("by-itself");
    rig.run_for(6s);
    BOOST_TEST((links() == Names{"by-itself", "right-8"}));
    // News of Erlang nodes are a reason to look.
    members.erase("by-itself");
    rig.run_for(1s);
    beam.unlink("b@h", "connection_closed");
    BOOST_TEST(rig.run_until([this] { return links() == Names{"right-8"}; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(a_list_in_a_tuple_with_ok_is_a_list_and_the_local_node_is_no_link, Overlay) {
    beam.functions["overlay:members"] = [](etf::TermView) { return term("{ok,['app@10.0.0.7','b@h']}"); };
    attach();
    BOOST_TEST((links() == Names{"b@h"}));
    beam.functions["overlay:members"] = [](etf::TermView) { return term("{error,['b@h']}"); };
    rig.run_for(6s);
    BOOST_TEST((links() == Names{"b@h"}));
    BOOST_TEST(rig.logged("could not be listed"));
}

BOOST_FIXTURE_TEST_CASE(a_join_of_another_distribution_is_over_when_the_list_has_the_peer, Overlay) {
    beam.functions["overlay:join"] = [](etf::TermView) { return term("ok"); };
    attach();
    const auto op = rig.connect({"late-9", "late-9", {}, {}});
    rig.run_for(3s);
    members.insert("late-9");
    const Report late = ended(op);
    BOOST_TEST(late.status == KITH_OK);
    BOOST_TEST((links() == Names{"late-9"}));
    const auto begun = net.now();
    const Report never = join("never-9");
    BOOST_TEST(never.status == KITH_TIMED_OUT);
    BOOST_TEST(never.text ==
               "overlay:join/1 for never-9 has returned, and overlay:members/0 does not list the peer 7500 ms later");
    BOOST_TEST((never.at - begun > 5s)); // longer than poll_interval
}

BOOST_FIXTURE_TEST_CASE(a_list_nodes_that_fails_at_first_detaches, Overlay) {
    beam.functions.erase("overlay:members");
    const Report why = detached();
    BOOST_TEST(why.status == KITH_INVALID);
    BOOST_TEST(has(why.text, "overlay:members/0 failed with undef"));
}

BOOST_FIXTURE_TEST_CASE(a_list_nodes_that_fails_later_keeps_the_links, Overlay) {
    members.insert("left-7");
    attach();
    beam.functions["overlay:members"] = [](etf::TermView) { return term("{error,busy}"); };
    rig.run_for(20s);
    BOOST_TEST(rig.attached());
    BOOST_TEST((links() == Names{"left-7"}));
    BOOST_TEST(rig.logged("could not be listed"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
