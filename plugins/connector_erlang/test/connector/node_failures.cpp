// SPDX-License-Identifier: MIT
//
// Each bad day of the node has its own reason.
#include "attached_connector.hpp"

namespace kith::erlang::test {

BOOST_AUTO_TEST_SUITE(failures_of_the_node)

BOOST_FIXTURE_TEST_CASE(epmd_does_not_know_the_node, Attached) {
    epmd.remove("app");
    epmd.add("other", 1);
    const Report why = detached();
    BOOST_TEST(why.status == KITH_NOT_FOUND);
    BOOST_TEST(has(why.text, "EPMD on 10.0.0.7:4369 does not know the name app"));
    BOOST_TEST(has(why.text, "it knows: other"));
    rig.run_for(25s);
    BOOST_TEST(of(Kind::detached).size() == 1u); // said once
    epmd.add("app", 40000);
    BOOST_TEST(rig.run_until([this] { return rig.attached(); }, 5s));
    // It listens, as was seen: it is looked for as often, however long it is away.
    beam.die();
    epmd.remove("app");
    rig.run_for(10min);
    const std::size_t asked = epmd.asked();
    rig.run_for(1min);
    BOOST_TEST(epmd.asked() - asked >= 15u);
}

BOOST_FIXTURE_TEST_CASE(a_node_never_listed_in_epmd_is_queried_every_half_minute, Attached) {
    epmd.remove("app");
    BOOST_TEST(!has(detached().text, "never listed"));
    const Report why = next_detached(1);
    BOOST_TEST((why.at >= 30s && why.at < 36s));
    BOOST_TEST(has(why.text, "it was never listed since kith started, so if it runs it does not listen"), why.text);
    const std::size_t asked = epmd.asked();
    rig.run_for(10min);
    BOOST_TEST(epmd.asked() - asked <= 2 * 20u); // for the name, and for the list
    BOOST_TEST(of(Kind::detached).size() == 2u);
    epmd.add("app", 40000);
    BOOST_TEST(rig.run_until([this] { return rig.attached(); }, 40s));
}

BOOST_FIXTURE_TEST_CASE(nobody_listens_on_the_port_of_the_node, Attached) {
    beam.die();
    const Report why = detached();
    BOOST_TEST(why.status == KITH_REFUSED);
    BOOST_TEST(has(why.text, "nobody listens on 10.0.0.7:40000"));
}

BOOST_FIXTURE_TEST_CASE(epmd_is_down, Attached) {
    epmd.peer().stop_listening();
    const Report why = detached();
    BOOST_TEST(why.status == KITH_REFUSED);
    BOOST_TEST(has(why.text, "no EPMD listens on 10.0.0.7:4369"));
}

BOOST_FIXTURE_TEST_CASE(epmd_accepts_and_sends_nothing, Attached) {
    epmd.peer().on_accept([](Conversation &) {});
    const Report why = detached();
    BOOST_TEST(why.status == KITH_TIMED_OUT);
    BOOST_TEST(has(why.text, "EPMD on 10.0.0.7:4369 accepts connections and sends nothing"));
}

BOOST_FIXTURE_TEST_CASE(another_server_answers_at_the_port_of_epmd, Attached) {
    epmd.peer().on_accept([](Conversation &c) {
        c.send("SSH-2.0-OpenSSH\r\n");
        c.close();
    });
    const Report why = detached();
    BOOST_TEST(why.status == KITH_PROTOCOL);
    BOOST_TEST(has(why.text, "is not an EPMD"));
}

BOOST_AUTO_TEST_CASE(two_nodes_in_epmd_require_the_option_node) {
    Attached it("{}");
    it.epmd.add("other", 40001);
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_INVALID);
    BOOST_TEST(has(why.text, "lists 2 nodes: app, other; set option node to the one to drive"));
}

BOOST_AUTO_TEST_CASE(an_empty_epmd_is_reported) {
    Attached it("{}");
    it.epmd.remove("app");
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_NOT_FOUND);
    BOOST_TEST(has(why.text, "lists no node"));
}

BOOST_AUTO_TEST_CASE(the_host_of_the_node_does_not_resolve) {
    Attached it(R"({"node": "app@nowhere"})");
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_UNRESOLVED);
    BOOST_TEST(has(why.text, "the host name nowhere does not resolve; option address"));
}

BOOST_AUTO_TEST_CASE(the_cookie_is_wrong) {
    Attached it(R"({"node": "app@10.0.0.7", "cookie": "not-it"})");
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(why.text, "does not accept our cookie"));
    it.rig.run_for(1min - it.net.now());
    BOOST_TEST(it.beam.peer().accepted() == 2u); // each is a line in the node's log
    it.rig.run_for(10min);
    BOOST_TEST(it.of(Kind::detached).size() == 1u);
    BOOST_TEST(it.beam.peer().accepted() <= 22u);
    BOOST_TEST(!it.rig.logged("not-it"));
}

BOOST_FIXTURE_TEST_CASE(the_node_accepts_and_sends_nothing, Attached) {
    beam.mute = true;
    const Report why = detached();
    BOOST_TEST(why.status == KITH_TIMED_OUT);
    BOOST_TEST(has(why.text, "accepted the connection and sends nothing"));
    BOOST_TEST((why.at < 10s));
}

BOOST_FIXTURE_TEST_CASE(the_node_has_a_list_of_allowed_names, Attached) {
    beam.status = "not_allowed";
    const Report why = detached();
    BOOST_TEST(why.status == KITH_DENIED);
    BOOST_TEST(has(why.text, "net_kernel:allow/1"));
}

// Each attempt is a line in the node's log.
BOOST_AUTO_TEST_CASE(a_node_that_refuses_is_tried_every_half_minute) {
    const auto tried = [](auto &&prepare) {
        Attached it;
        prepare(it);
        std::string text = it.detached().text;
        it.rig.run_for(10min);
        BOOST_TEST(it.beam.peer().accepted() <= 21u, text);
        BOOST_TEST(it.beam.peer().accepted() >= 15u, text);
        return text;
    };
    BOOST_TEST(has(tried([](Attached &it) { it.beam.greeting = bytes({0x15, 3, 3, 0, 2, 2, 10}); }), "speaks TLS"));
    BOOST_TEST(has(tried([](Attached &it) { it.beam.greeting = "SSH-2.0-OpenSSH\r\n"; }), "is not an Erlang node"));
    BOOST_TEST(has(tried([](Attached &it) { it.beam.status = "not_allowed"; }), "net_kernel:allow/1"));
    BOOST_TEST(has(tried([](Attached &it) { it.beam.flags &= ~flag::spawn; }),
                   "the node lacks required capabilities (SPAWN): without spawn requests it cannot be driven"));
}

// One that ends hangs up, too, so it is tried a few times more.
BOOST_AUTO_TEST_CASE(a_node_that_hangs_up_again_and_again_is_tried_every_half_minute) {
    for (const bool late : {false, true}) {
        Attached it;
        (late ? it.beam.hangs_up_late : it.beam.hangs_up) = true;
        it.epmd.highest = 5;
        const Report why = it.detached();
        if (late)
            BOOST_TEST(has(why.text, "closed the connection before its first answer: it went down, or is no BEAM node"),
                       why.text);
        else
            BOOST_TEST(has(why.text, "EPMD reports that it supports version 5 of the handshake at most"), why.text);
        BOOST_TEST(it.rig.run_until([&] { return it.beam.peer().accepted() == 3; }, 5s));
        it.rig.run_for(5min);
        BOOST_TEST(it.beam.peer().accepted() <= 13u);
        it.beam.hangs_up = it.beam.hangs_up_late = false;
        BOOST_TEST(it.rig.run_until([&] { return it.rig.attached(); }, 40s));
    }
}

BOOST_FIXTURE_TEST_CASE(a_node_that_does_not_answer_is_detached, Attached) {
    attach();
    beam.hangs = true;
    const Report why = next_detached(0);
    BOOST_TEST(why.status == KITH_TIMED_OUT);
    BOOST_TEST(has(why.text, "accepts messages and does not answer"));
    beam.hangs = false;
    BOOST_TEST(rig.run_until([this] { return rig.attached(); }));
    BOOST_TEST(rig.epoch() == 2u);
}

BOOST_FIXTURE_TEST_CASE(an_unreadable_message_ends_the_session, Attached) {
    attach();
    beam.send_all(bytes({0, 0, 0, 2, 131, 68}));
    const Report why = next_detached(0);
    BOOST_TEST(why.status == KITH_PROTOCOL);
    BOOST_TEST(has(why.text, "sent an unreadable message"));
}

BOOST_FIXTURE_TEST_CASE(a_message_over_max_frame_ends_the_session, Attached) {
    attach();
    beam.send_all(bytes({0x7f, 0, 0, 0}));
    const Report why = next_detached(0);
    BOOST_TEST(why.status == KITH_LIMIT);
    BOOST_TEST(has(why.text, "max_frame"));
}

// What the node's port is served by collects our challenge, and hands it back when we come again.
BOOST_FIXTURE_TEST_CASE(a_server_that_reflects_our_challenge_is_refused, Attached) {
    SimulatedBeam rogue(here, app, "does-not-know-it", 40666);
    epmd.add("app", 40666);
    const Report first = detached();
    BOOST_TEST(first.status == KITH_UNAUTHORIZED);
    BOOST_REQUIRE(rogue.their_challenge.has_value());
    rogue.fixed_challenge = rogue.their_challenge;
    rogue.their_challenge.reset();
    const Report second = next_detached(1);
    BOOST_TEST(second.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(second.text, "an attack"));
    BOOST_TEST(!rogue.their_challenge.has_value()); // it got no answer
}

BOOST_FIXTURE_TEST_CASE(a_node_that_restarts_is_attached_again, Attached) {
    beam.link("b@h");
    attach();
    SimulatedBeam *node = &beam;
    std::vector<std::unique_ptr<SimulatedBeam>> incarnations;
    for (std::uint64_t epoch = 2; epoch < 5; ++epoch) {
        const std::size_t before = of(Kind::detached).size();
        node->die();
        epmd.remove("app");
        const Report lost = next_detached(before);
        BOOST_TEST(lost.status == KITH_RESET);
        BOOST_TEST(has(lost.text, "restarts"));
        BOOST_TEST(next_detached(before + 1).status == KITH_NOT_FOUND);
        const auto port = static_cast<std::uint16_t>(41000 + epoch);
        node = incarnations.emplace_back(std::make_unique<SimulatedBeam>(here, app, "secret", port)).get();
        node->link("c@h");
        epmd.add("app", port);
        BOOST_REQUIRE(rig.run_until([&] { return rig.attached() && rig.epoch() == epoch; }, 5s));
        BOOST_TEST((links() == Names{"c@h"}));
    }
    BOOST_TEST(of(Kind::detached).size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_node_with_another_name_is_attached) {
    Attached it("{}");
    it.attach();
    BOOST_TEST(it.rig.attached_node() == app);
    it.beam.die();
    it.epmd.remove("app");
    SimulatedBeam renamed(it.here, "new@10.0.0.7", "secret", 40001);
    it.epmd.add("new", 40001);
    BOOST_REQUIRE(it.rig.run_until([&] { return it.rig.attached() && it.rig.epoch() == 2; }, 10s));
    BOOST_TEST(it.rig.attached_node() == "new@10.0.0.7");
    BOOST_TEST(it.rig.logged("another name"));
}

BOOST_FIXTURE_TEST_CASE(connect_and_disconnect_fail_while_detached, Attached) {
    epmd.remove("app");
    (void)detached();
    BOOST_TEST(join("b@10.0.0.8").status == KITH_UNAVAILABLE);
    BOOST_TEST(part("b@10.0.0.8").status == KITH_UNAVAILABLE);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_ends_during_a_connect_fails_it, Attached) {
    beam.functions["net_kernel:connect_node"] = [](etf::TermView) { return std::nullopt; };
    attach();
    const auto op = rig.connect({"b@h", "b@h", {}, {}});
    rig.run_for(1s);
    beam.die();
    const Report report = ended(op);
    BOOST_TEST(report.status == KITH_RESET);
    BOOST_TEST(has(report.text, "the connection to app@10.0.0.7 is lost"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
