// SPDX-License-Identifier: MIT
//
// Why a peer cannot be joined.
#include "attached_connector.hpp"

#include "etf/term_printer.hpp"

namespace kith::erlang::test {

struct Probing : Attached {
    explicit Probing(std::string_view options = R"({"node": "app@10.0.0.7"})")
        : Attached(options), far(there), peer(there, "b@10.0.0.8", "secret", 40000) {
        far.add("b", 40000);
        says("net_kernel:longnames", "true");
        says("init:get_argument", "error");
        says("net_kernel:epmd_module", "erl_epmd");
        says("erl_epmd:listen_port_please", "{ok,0}");
    }
    /// What the driven node says of itself.
    void says(const char *function, std::string value) {
        beam.functions[function] = [value = std::move(value)](etf::TermView) { return term(value); };
    }
    /// {ok,[["inet_tls"]]}
    void carrier(const std::string &name) {
        std::string text = "\x6b";
        append_u16(text, static_cast<std::uint16_t>(name.size()));
        std::string value;
        etf::Writer(value).tuple(2).atom("ok").list(1).list(1).raw(text + name).nil().nil();
        beam.functions["init:get_argument"] = [value](etf::TermView) { return value; };
    }
    Report why_not(const std::string &name = "b@10.0.0.8", kith::testkit::Pairs attributes = {}) {
        attach();
        return join(name, std::move(attributes));
    }
    SimulatedEpmd far;
    SimulatedBeam peer;
};

struct Usual : Probing {
    Usual() { attach(); }
};

BOOST_FIXTURE_TEST_SUITE(connect_failure_reasons, Usual)

BOOST_AUTO_TEST_CASE(the_host_of_the_peer_does_not_resolve) {
    const Report report = join("b@no.where");
    BOOST_TEST(report.status == KITH_UNRESOLVED);
    BOOST_TEST(report.text == "app@10.0.0.7 could not join b@no.where: the host name no.where does not resolve");
}

BOOST_AUTO_TEST_CASE(the_epmd_of_the_peer_is_down) {
    far.peer().stop_listening();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_REFUSED);
    BOOST_TEST(has(report.text, "no EPMD listens on 10.0.0.8:4369"));
}

BOOST_AUTO_TEST_CASE(the_host_of_the_peer_does_not_answer) {
    net.partition(here, there);
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "nothing answers on 10.0.0.8:4369"));
}

BOOST_AUTO_TEST_CASE(there_is_no_route_to_the_peer) {
    net.partition(here, there, kith::testkit::Route::unreachable);
    BOOST_TEST(join("b@10.0.0.8").status == KITH_UNREACHABLE);
}

BOOST_AUTO_TEST_CASE(the_epmd_of_the_peer_does_not_know_its_name) {
    far.remove("b");
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_NOT_FOUND);
    BOOST_TEST(has(report.text, "does not know the name b: b@10.0.0.8 is down, runs under another name, or does not listen"));
}

BOOST_AUTO_TEST_CASE(the_port_of_the_peer_refuses_connections) {
    peer.die();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_REFUSED);
    BOOST_TEST(has(report.text, "nobody listens on 10.0.0.8:40000"));
}

BOOST_AUTO_TEST_CASE(the_peer_accepts_connections_and_sends_nothing) {
    peer.mute = true;
    beam.functions["net_kernel:connect_node"] = [](etf::TermView) { return term("false"); };
    const auto begun = net.now();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "accepted the connection and sends nothing"));
    BOOST_TEST((report.at - begun < 3s));
}

BOOST_AUTO_TEST_CASE(the_peer_does_not_allow_the_name) {
    peer.status = "not_allowed";
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_DENIED);
}

BOOST_AUTO_TEST_CASE(another_node_answers_at_the_port_of_the_peer) {
    far.add("c", 40000);
    const Report report = join("c@10.0.0.8");
    BOOST_TEST(report.status == KITH_NOT_FOUND);
    BOOST_TEST(has(report.text, "another node answers there: b@10.0.0.8"));
}

BOOST_AUTO_TEST_CASE(a_refused_cookie_is_the_reason) {
    SimulatedBeam other(there, "c@10.0.0.8", "another", 40001);
    far.add("c", 40001);
    const Report report = join("c@10.0.0.8");
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "it is the cookie that is not accepted"));
    BOOST_TEST(other.their_challenge.has_value()); // it was tried
}

BOOST_AUTO_TEST_CASE(an_accepted_cookie_is_not_the_reason) {
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_UNAVAILABLE);
    BOOST_TEST(has(report.text, "lets kith itself in with the same cookie"));
    BOOST_TEST(has(report.text, "Possibly"));
    BOOST_TEST(!has(report.text, "not accepted"));
}

// A node that has just parted from a peer says false once in a while.
BOOST_AUTO_TEST_CASE(the_connect_is_tried_again_when_no_fault_is_found) {
    int asked = 0;
    beam.functions["net_kernel:connect_node"] = [&asked](etf::TermView) { return term(++asked == 1 ? "false" : "true"); };
    BOOST_TEST(join("b@10.0.0.8").status == KITH_OK);
    BOOST_TEST(asked == 2);
}

// A peer that has another cookie set for the node logs each attempt, and not the login of kith.
BOOST_AUTO_TEST_CASE(a_refusal_that_the_probe_does_not_meet_is_used_for_a_minute) {
    const Report first = join("b@10.0.0.8");
    BOOST_TEST(beam.called("net_kernel:connect_node") == 2u);
    for (int i = 0; i < 11; ++i) {
        rig.run_for(5s);
        BOOST_TEST(join("b@10.0.0.8").text == first.text);
    }
    BOOST_TEST(beam.called("net_kernel:connect_node") == 2u);
    rig.run_for(6s);
    (void)join("b@10.0.0.8");
    BOOST_TEST(beam.called("net_kernel:connect_node") == 4u);
}

BOOST_AUTO_TEST_CASE(the_attribute_dist_port_gives_the_port_of_the_peer) {
    far.peer().stop_listening();
    const Report report = join("b@10.0.0.8", {{"dist_port", "40000"}});
    BOOST_TEST(has(report.text, "lets kith itself in"));
    rig.run_for(61s); // a refusal stands for a minute
    const Report closed = join("b@10.0.0.8", {{"dist_port", "40009"}});
    BOOST_TEST(closed.status == KITH_REFUSED);
    BOOST_TEST(has(closed.text, "nobody listens on 10.0.0.8:40009, the port that attribute dist_port gives"));
}

BOOST_AUTO_TEST_CASE(the_peer_uses_tls) {
    peer.greeting = bytes({0x15, 3, 3, 0, 2, 2, 10});
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_PROTOCOL);
    BOOST_TEST(has(report.text, "speaks TLS, as a node with -proto_dist inet_tls does; app@10.0.0.7 speaks plain TCP"));
}

BOOST_AUTO_TEST_CASE(the_peer_supports_only_an_older_handshake) {
    peer.hangs_up = true;
    far.highest = 5;
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_PROTOCOL);
    BOOST_TEST(has(report.text, "EPMD reports that it supports version 5 of the handshake at most"));
    far.highest = 6;
    rig.run_for(61s); // a refusal stands for a minute
    BOOST_TEST(!has(join("b@10.0.0.8").text, "EPMD"));
}

// Each attempt is a line in the peer's log, and so is the probe.
BOOST_AUTO_TEST_CASE(a_refusal_is_reported_again_for_a_minute_without_an_attempt) {
    for (const int how : {0, 1, 2}) {
        SimulatedBeam other(there, "c@10.0.0.8", how == 0 ? "another" : "secret", static_cast<std::uint16_t>(40010 + how));
        if (how == 1) other.status = "not_allowed";
        if (how == 2) other.greeting = bytes({0x15, 3, 3, 0, 2, 2, 10});
        far.add("c", static_cast<std::uint16_t>(40010 + how));
        const auto asked = beam.called("net_kernel:connect_node");
        const Report first = join("c@10.0.0.8");
        for (int i = 0; i < 11; ++i) {
            rig.run_for(5s);
            const Report again = join("c@10.0.0.8");
            BOOST_TEST(again.status == first.status);
            BOOST_TEST(again.text == first.text);
        }
        BOOST_TEST(other.peer().accepted() + beam.called("net_kernel:connect_node") - asked == 2u);
        rig.run_for(6s);
        (void)join("c@10.0.0.8");
        BOOST_TEST(other.peer().accepted() + beam.called("net_kernel:connect_node") - asked == 4u);
        rig.run_for(61s);
    }
    (void)join("c@10.0.0.9"); // what is down is tried whenever the host wants
    const auto asked = beam.called("net_kernel:connect_node");
    (void)join("c@10.0.0.9");
    BOOST_TEST(beam.called("net_kernel:connect_node") - asked == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- what the driven node says of itself ----

BOOST_FIXTURE_TEST_SUITE(connect_failure_reasons_by_node_settings, Probing)

BOOST_AUTO_TEST_CASE(long_and_short_names_never_connect) {
    const Report report = why_not("sp@localhost");
    BOOST_TEST(report.status == KITH_INVALID);
    BOOST_TEST(has(report.text, "app@10.0.0.7 has a long name (-name), and localhost in sp@localhost is a short one"));
    BOOST_TEST(beam.called("net_kernel:connect_node") == 0u); // it would log it
    BOOST_TEST(has(join("b@10.0.0.8").text, "lets kith itself in"));
    (void)join("v6@fd00::1");
    BOOST_TEST(beam.called("net_kernel:connect_node") == 3u); // long enough
}

BOOST_AUTO_TEST_CASE(short_and_long_names_never_connect) {
    says("net_kernel:longnames", "false");
    const Report report = why_not();
    BOOST_TEST(report.status == KITH_INVALID);
    BOOST_TEST(has(report.text, "app@10.0.0.7 has a short name (-sname), and 10.0.0.8 in b@10.0.0.8 is a long one"));
    BOOST_TEST(join("sp@localhost").status != KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(names_are_not_compared_for_an_unknown_carrier) {
    carrier("my_carrier");
    BOOST_TEST(why_not("sp@localhost").status != KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(an_ipv4_node_cannot_connect_to_an_ipv6_address) {
    const Report report = why_not("b@fd00::8");
    BOOST_TEST(report.status == KITH_UNRESOLVED);
    BOOST_TEST(has(report.text, "the name has an IPv6 address, and app@10.0.0.7 speaks IPv4 alone"));
    BOOST_TEST(!has(report.text, "cookie"));
}

BOOST_AUTO_TEST_CASE(the_host_name_has_no_address_of_the_nodes_family) {
    std::vector<std::string> asked;
    beam.functions["inet:getaddr"] = [&asked](etf::TermView arguments) {
        asked.push_back(etf::to_text(arguments));
        const bool v6 = asked.back().ends_with("inet6]");
        return term(v6 ? "{ok,{64768,0,0,0,0,0,0,8}}" : "{error,nxdomain}");
    };
    const Report report = why_not("b@six.example");
    BOOST_TEST(report.status == KITH_UNRESOLVED);
    BOOST_TEST(has(report.text, "the host name six.example has no IPv4 address, and app@10.0.0.7 speaks IPv4 alone"));
    BOOST_REQUIRE(!asked.empty());
    BOOST_TEST(asked[0] == "[[115,105,120,46,101,120,97,109,112,108,101],inet]"); // no atom, which it would never forget
    says("inet:getaddr", "{error,nxdomain}");
    BOOST_TEST(has(join("b@none.example").text, "the host name none.example does not resolve in app@10.0.0.7 (nxdomain)"));
}

BOOST_AUTO_TEST_CASE(the_peer_lacks_flags_that_the_node_requires) {
    says("erts_internal:get_dflags", "{erts_dflags,0,33554432,0,0,0}"); // UNLINK_ID
    peer.flags = otp_25 & ~flag::unlink_id;
    const Report report = why_not();
    BOOST_TEST(report.status == KITH_UNSUPPORTED);
    BOOST_TEST(has(report.text, "lacks what app@10.0.0.7 requires of its peers: UNLINK_ID"));
    BOOST_TEST(!peer.their_challenge.has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_without_the_flag_spawn_is_accepted) {
    peer.flags = otp_25 & ~flag::spawn;
    BOOST_TEST(has(why_not().text, "lets kith itself in"));
}

BOOST_AUTO_TEST_CASE(a_plain_tcp_peer_of_a_tls_node_is_reported_and_gets_no_digest) {
    carrier("inet_tls");
    const Report report = why_not();
    BOOST_TEST(report.status == KITH_PROTOCOL);
    BOOST_TEST(has(report.text, "speaks plain TCP, and app@10.0.0.7 TLS (-proto_dist inet_tls)"));
    BOOST_TEST(!peer.their_challenge.has_value()); // no digest in the clear
}

BOOST_AUTO_TEST_CASE(nobody_listens_on_the_common_port_of_all_peers) {
    says("erl_epmd:listen_port_please", "{ok,9300}");
    far.peer().stop_listening();
    const Report down = why_not();
    BOOST_TEST(down.status == KITH_REFUSED);
    BOOST_TEST(has(down.text, "nobody listens on 10.0.0.8:9300, the one port at which app@10.0.0.7 looks for every peer"));
    BOOST_TEST(!has(down.text, "EPMD on"));
}

BOOST_AUTO_TEST_CASE(the_peer_listens_on_another_port_than_the_common_one) {
    says("erl_epmd:listen_port_please", "{ok,9300}");
    const Report elsewhere = why_not();
    BOOST_TEST(elsewhere.status == KITH_REFUSED);
    BOOST_TEST(has(elsewhere.text, "EPMD on 10.0.0.8:4369 says that b@10.0.0.8 listens on port 40000"));
    SimulatedBeam in_its_place(there, "x@10.0.0.8", "secret", 9300);
    const Report other = join("b@10.0.0.8");
    BOOST_TEST(has(other.text, "another node answers there: x@10.0.0.8; this is the one port"));
}

BOOST_AUTO_TEST_CASE(the_reason_names_a_custom_epmd_module_of_the_node) {
    says("net_kernel:epmd_module", "my_epmd");
    far.remove("b");
    BOOST_TEST(has(why_not().text, "the node looks by a module of its own, my_epmd"));
}

BOOST_AUTO_TEST_SUITE_END()

// ---- cookies of pairs ----

BOOST_AUTO_TEST_SUITE(connect_failure_reasons_with_peer_cookies)

BOOST_AUTO_TEST_CASE(a_refused_peer_cookie_is_not_suggested_again) {
    Probing it(R"({"node": "app@10.0.0.7", "peer_cookies": {"b@10.0.0.8": "not-it"}})");
    const Report report = it.why_not();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "does not accept our cookie, which is the one of option peer_cookies"));
    BOOST_TEST(!has(report.text, "set option peer_cookies"));
}

BOOST_AUTO_TEST_CASE(the_cookie_of_a_pair_is_not_tried_by_kith) {
    Probing it(R"({"node": "app@10.0.0.7", "peer_cookies": {"b@10.0.0.8": "BBB", "app@10.0.0.7": "AAA"}})");
    const Report report = it.why_not();
    BOOST_TEST(has(report.text, "Possibly it does not know the cookie that option peer_cookies has for the two"));
    BOOST_TEST(!it.peer.their_challenge.has_value());
}

BOOST_AUTO_TEST_CASE(the_reason_states_that_no_cookie_could_be_tried) {
    Probing it;
    it.attach();
    it.here.remove("/home/app/.erlang.cookie");
    BOOST_TEST(has(it.join("b@10.0.0.8").text, "answers and takes the name; kith could not try the cookie: no cookie"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
