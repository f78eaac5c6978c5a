// SPDX-License-Identifier: MIT
//
// Nodes with -proto_dist inet_tls.
#include "attached_connector.hpp"

#include <kith/testkit/tls_identity.hpp>

namespace kith::erlang::test {

using kith::testkit::TlsAuthority;
using kith::testkit::TlsIdentity;
using kith::testkit::TlsServer;
using kith::testkit::TlsSubject;

constexpr const char *with_files =
    R"({"node": "app@10.0.0.7", "tls": {"cacertfile": "/tls/ca.pem", "certfile": "/tls/kith.pem", "keyfile": "/tls/kith.key"}})";

struct Secure : Attached {
    explicit Secure(std::string_view options = with_files) : Attached(options) {
        here.file("/tls/ca.pem", ca.certificate());
        ours(ca.sign({.common_name = "kith"}));
        beam.secure(node({.common_name = "app", .names = {"10.0.0.7"}}));
        carrier("inet_tls");
        says("erl_epmd:listen_port_please", "{ok,0}");
        far.add("b", 40000);
        peer.secure(node({.common_name = "b", .names = {"10.0.0.8"}}));
    }
    void ours(const TlsIdentity &identity) {
        here.file("/tls/kith.pem", identity.certificate);
        here.file("/tls/kith.key", identity.key);
    }
    TlsServer node(const TlsSubject &subject) { return {.identity = ca.sign(subject), .clients = ca.certificate()}; }
    void says(const char *function, std::string value) {
        beam.functions[function] = [value = std::move(value)](etf::TermView) { return term(value); };
    }
    void carrier(const std::string &name) {
        std::string text = "\x6b";
        append_u16(text, static_cast<std::uint16_t>(name.size()));
        std::string value;
        etf::Writer(value).tuple(2).atom("ok").list(1).list(1).raw(text + name).nil().nil();
        beam.functions["init:get_argument"] = [value](etf::TermView) { return value; };
    }
    /// "26", as erlang:system_info(otp_release) has it
    void release(const std::string &number) {
        std::string value = "\x6b";
        append_u16(value, static_cast<std::uint16_t>(number.size()));
        value += number;
        beam.functions["erlang:system_info"] = [value](etf::TermView) { return value; };
    }
    Report why_not() {
        attach();
        return join("b@10.0.0.8");
    }
    /// How long it is from this report until it tries again.
    SimNet::Duration pause() {
        const auto accepted = beam.peer().accepted();
        const auto begun = net.now();
        BOOST_REQUIRE(rig.run_until([&] { return beam.peer().accepted() > accepted; }, 2min));
        return net.now() - begun;
    }

    TlsAuthority ca{"ca"}, strangers{"strangers"};
    SimulatedEpmd far{there};
    SimulatedBeam peer{there, "b@10.0.0.8", "secret", 40000};
};

BOOST_AUTO_TEST_SUITE(tls)

BOOST_FIXTURE_TEST_CASE(a_tls_node_is_attached_and_driven, Secure) {
    beam.reachable = {"b@10.0.0.8"};
    attach();
    BOOST_TEST(rig.attached_node() == app);
    BOOST_TEST(has(beam.peer().conversation(1).certificate(), "common_name kith"));
    BOOST_TEST(join("b@10.0.0.8").status == KITH_OK);
    BOOST_REQUIRE(rig.run_until([&] { return links() == Names{"b@10.0.0.8"}; }));
    BOOST_TEST(part("b@10.0.0.8").status == KITH_OK);
    BOOST_REQUIRE(rig.run_until([&] { return links().empty(); }));
}

BOOST_AUTO_TEST_CASE(the_host_name_is_sent_as_server_name) {
    Secure it(
        R"({"node": "app@app.example", "address": "10.0.0.7", "tls": {"cacertfile": "/tls/ca.pem", "certfile": "/tls/kith.pem", "keyfile": "/tls/kith.key"}})");
    SimulatedBeam named(it.here, "app@app.example", "secret", 40001);
    it.epmd.add("app", 40001);
    named.secure(it.node({.names = {"*.example", "app.example"}}));
    it.attach();
    BOOST_TEST(named.peer().conversation(1).server_name() == "app.example");
}

BOOST_FIXTURE_TEST_CASE(an_unknown_authority_is_refused, Secure) {
    beam.secure({.identity = strangers.sign({.common_name = "app", .names = {"10.0.0.7"}})});
    const Report report = detached();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text,
                   "app@10.0.0.7 on 10.0.0.7:40000: the certificate CN=app of the other side, issued by CN=strangers, "
                   "is signed by an authority that is not trusted"));
    BOOST_TEST(beam.names.empty());
    BOOST_TEST((pause() > 30s));
}

BOOST_FIXTURE_TEST_CASE(an_expired_certificate_is_refused, Secure) {
    beam.secure(node({.common_name = "app", .names = {"10.0.0.7"}, .expired = true}));
    const Report report = detached();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "the certificate CN=app of the other side has expired"));
}

BOOST_FIXTURE_TEST_CASE(a_certificate_of_another_host_is_refused, Secure) {
    beam.secure(node({.common_name = "app", .names = {"c.example", "10.0.0.9"}}));
    const Report report = detached();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(
        has(report.text, "its certificate is for app, c.example, 10.0.0.9, and not for 10.0.0.7, the host part of its name"));
    BOOST_TEST(beam.names.empty()); // nothing was said to it
}

BOOST_AUTO_TEST_CASE(without_verify_name_any_name_is_accepted) {
    for (const char *verify : {R"("verify_name": false)", R"("verify": "verify_none")"}) {
        Secure it(
            R"({"node": "app@10.0.0.7", "tls": {"cacertfile": "/tls/ca.pem", "certfile": "/tls/kith.pem", "keyfile": "/tls/kith.key", )" +
            std::string(verify) + "}}");
        it.beam.secure(it.node({.common_name = "app", .names = {"c.example"}}));
        it.attach();
    }
}

BOOST_AUTO_TEST_CASE(a_name_without_a_host_is_checked_against_the_name_of_the_challenge) {
    Secure it(
        R"({"node": "app", "address": "10.0.0.7", "tls": {"cacertfile": "/tls/ca.pem", "certfile": "/tls/kith.pem", "keyfile": "/tls/kith.key"}})");
    it.beam.secure(it.node({.common_name = "app", .names = {"c.example"}}));
    const Report report = it.detached();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "not for 10.0.0.7, the host part of its name"));
    it.beam.secure(it.node({.common_name = "app", .names = {"10.0.0.7"}}));
    BOOST_REQUIRE(it.rig.run_until([&] { return it.rig.attached(); }));
}

BOOST_AUTO_TEST_CASE(a_node_that_requires_a_certificate) {
    Secure it(R"({"node": "app@10.0.0.7", "tls": {"cacertfile": "/tls/ca.pem"}})");
    const Report report = it.detached();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "the other side requires a client certificate"));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_sends_nothing_in_the_tls_handshake, Secure) {
    beam.peer().speak_plainly();
    const Report report = detached();
    BOOST_TEST(has(report.text, "app@10.0.0.7 on 10.0.0.7:40000")); // the node waits for a whole frame of its own
    BOOST_TEST(report.status == KITH_TIMED_OUT);
}

BOOST_AUTO_TEST_CASE(a_node_without_tls_is_recognised_by_its_challenge) {
    Attached it(with_files);
    TlsAuthority ca("ca");
    const TlsIdentity ours = ca.sign({.common_name = "kith"});
    it.here.file("/tls/ca.pem", ca.certificate());
    it.here.file("/tls/kith.pem", ours.certificate);
    it.here.file("/tls/kith.key", ours.key);
    const Report report = it.detached();
    BOOST_TEST(report.status == KITH_PROTOCOL);
    BOOST_TEST(report.text == "app@10.0.0.7 on 10.0.0.7:40000 speaks plain TCP, and option tls is set: take it out, or run the "
                              "node with -proto_dist inet_tls");
    BOOST_TEST(!it.beam.their_challenge.has_value()); // no digest in the clear
}

BOOST_AUTO_TEST_CASE(without_the_option_tls_a_tls_node_is_reported) {
    Secure it(R"({"node": "app@10.0.0.7"})");
    const Report report = it.detached();
    BOOST_TEST(report.status == KITH_PROTOCOL);
    BOOST_TEST(
        has(report.text,
            "speaks TLS, as a node with -proto_dist inet_tls does: option tls must name the files by which kith enters it"));
}

BOOST_FIXTURE_TEST_CASE(replaced_files_are_read_again, Secure) {
    here.file("/tls/ca.pem", strangers.certificate());
    BOOST_TEST(has(detached().text, "is signed by an authority that is not trusted"));
    here.file("/tls/ca.pem", ca.certificate());
    BOOST_REQUIRE(rig.run_until([&] { return rig.attached(); }));
    // The next connection shows the new certificate.
    ours(ca.sign({.common_name = "renewed"}));
    beam.send_all(std::string("\x00\x00\x00\x02\xff\xff", 6));
    BOOST_REQUIRE(rig.run_until([&] { return rig.epoch() == 2 && rig.attached(); }));
    BOOST_TEST(has(beam.peer().conversation(beam.peer().accepted()).certificate(), "common_name renewed"));
    here.remove("/tls/kith.key");
    beam.send_all(std::string("\x00\x00\x00\x02\xff\xff", 6));
    BOOST_REQUIRE(rig.run_until([&] { return has(reason(), "/tls/kith.key"); }));
    BOOST_TEST(has(reason(), "option tls: "));
}

BOOST_AUTO_TEST_CASE(the_nodes_own_optfile_is_enough) {
    Secure it(R"({"node": "app@10.0.0.7", "tls": {"optfile": "/tls/dist.conf"}})");
    it.here.file("/tls/dist.conf", R"([{server, [{certfile, "/tls/kith.pem"}, {keyfile, "/tls/kith.key"}]},
        {client, [{cacertfile, "/tls/ca.pem"}, {verify, verify_peer}, {verify_fun, {fun m:f/3, []}}]}].)");
    it.attach();
    BOOST_TEST(it.rig.logged("the file of option tls.optfile has options that kith passes over"));
}

BOOST_AUTO_TEST_CASE(faults_of_the_optfile_are_reported) {
    const auto why = [](const char *content) {
        Secure it(R"({"node": "app@10.0.0.7", "tls": {"optfile": "/tls/dist.conf"}})");
        if (content != nullptr) it.here.file("/tls/dist.conf", content);
        return it.detached().text;
    };
    BOOST_TEST(has(why(nullptr), "option tls.optfile cannot be read: /tls/dist.conf"));
    BOOST_TEST(has(why("[{client,\n #{}}]."), "/tls/dist.conf (option tls.optfile), line 2: expected a term"));
    BOOST_TEST(has(why("[{client, []}]."), "Since OTP 26 a node with such options connects to nobody, and logs nothing"));
    BOOST_TEST(has(why(R"([{client, [{cacertfile, "/nowhere"}]}].)"), "option tls: /nowhere"));
}

BOOST_AUTO_TEST_CASE(inconsistent_tls_options_are_refused) {
    for (const auto &[options, part] :
         {std::pair{R"({"tls": {}})", "names no authorities"},
          {R"({"tls": {"verify": "verify_peer"}})", "names no authorities"},
          {R"({"tls": {"cacertfile": "/tls/ca.pem", "keyfile": "/k"}})", "expected both, or none"}}) {
        Attached it(options);
        BOOST_TEST(it.rig.start() == KITH_INVALID);
        BOOST_TEST(has(it.rig.error(), part), it.rig.error());
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(connect_failure_reasons_by_tls, Secure)

BOOST_AUTO_TEST_CASE(without_a_fault_the_cookie_is_found_to_be_accepted) {
    const Report report = why_not();
    BOOST_TEST(report.status == KITH_UNAVAILABLE);
    BOOST_TEST(has(report.text, "lets kith itself in with the same cookie"));
}

BOOST_AUTO_TEST_CASE(the_peer_certificate_has_an_unknown_authority) {
    peer.secure({.identity = strangers.sign({.common_name = "b", .names = {"10.0.0.8"}})});
    const Report report = why_not();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(
        has(report.text, "b@10.0.0.8 on 10.0.0.8:40000: the certificate CN=b of the other side, issued by CN=strangers"));
}

BOOST_AUTO_TEST_CASE(the_peer_certificate_is_of_another_host) {
    peer.secure(node({.common_name = "b", .names = {"10.0.0.9"}}));
    BOOST_TEST(has(why_not().text, "its certificate is for b, 10.0.0.9, and not for 10.0.0.8"));
}

BOOST_AUTO_TEST_CASE(the_peer_speaks_plain_tcp) {
    SimulatedBeam plain(there, "c@10.0.0.8", "secret", 40001);
    far.add("c", 40001);
    attach();
    const auto begun = net.now();
    const Report report = join("c@10.0.0.8");
    BOOST_TEST(report.status == KITH_PROTOCOL);
    BOOST_TEST(has(report.text, "c@10.0.0.8 on 10.0.0.8:40001 speaks plain TCP, and app@10.0.0.7 TLS (-proto_dist inet_tls)"));
    BOOST_TEST((report.at - begun < 150ms));
    BOOST_TEST(!plain.their_challenge.has_value());
}

BOOST_AUTO_TEST_CASE(the_node_waits_for_a_peer_that_speaks_plain_tcp) {
    SimulatedBeam plain(there, "c@10.0.0.8", "secret", 40001);
    far.add("c", 40001);
    beam.functions["net_kernel:connect_node"] = [](etf::TermView) { return std::nullopt; };
    attach();
    const auto begun = net.now();
    const Report report = join("c@10.0.0.8");
    BOOST_TEST(report.status == KITH_PROTOCOL);
    BOOST_TEST(has(report.text, "c@10.0.0.8 on 10.0.0.8:40001 speaks plain TCP, and app@10.0.0.7 TLS (-proto_dist inet_tls)"));
    BOOST_TEST((report.at - begun < 150ms));
    BOOST_TEST(!plain.their_challenge.has_value());
    rig.run_for(1s);
    BOOST_TEST(beam.kills == 1u); // the call that nobody waits for
}

BOOST_AUTO_TEST_CASE(the_node_waits_for_a_slow_peer_that_speaks_tls) {
    beam.functions["net_kernel:connect_node"] = [](etf::TermView) { return std::nullopt; };
    attach();
    const auto accepted = peer.peer().accepted();
    const auto begun = net.now();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST((report.at - begun >= 8s));
    BOOST_TEST(peer.peer().accepted() == accepted + 1); // one look
}

BOOST_AUTO_TEST_CASE(the_peer_has_another_cookie) {
    SimulatedBeam other(there, "c@10.0.0.8", "other", 40001);
    other.secure(node({.common_name = "c", .names = {"10.0.0.8"}}));
    far.add("c", 40001);
    attach();
    BOOST_TEST(has(join("c@10.0.0.8").text, "it is the cookie that is not accepted"));
}

BOOST_AUTO_TEST_CASE(a_node_without_authorities_is_reported_to_connect_to_no_peer) {
    release("27");
    says("ets:lookup", "[{client,[]}]");
    const Report report = why_not();
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "app@10.0.0.7 could not join b@10.0.0.8: the TLS options of app@10.0.0.7 name no authorities"));
    BOOST_TEST(has(report.text, "since OTP 26 it connects to nobody, and logs nothing"));
}

BOOST_AUTO_TEST_CASE(a_node_without_an_optfile_has_no_authorities) {
    release("26"); // and ets:lookup fails
    BOOST_TEST(has(why_not().text, "name no authorities"));
}

BOOST_AUTO_TEST_CASE(a_node_with_verify_none_is_not_reported) {
    release("27");
    says("ets:lookup", "[{client,[{verify,verify_none}]}]");
    BOOST_TEST(has(why_not().text, "lets kith itself in"));
}

BOOST_AUTO_TEST_CASE(an_older_node_verifies_nothing_by_default) {
    release("25");
    says("ets:lookup", "[{client,[]}]");
    BOOST_TEST(has(why_not().text, "lets kith itself in"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
