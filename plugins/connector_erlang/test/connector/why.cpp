// SPDX-License-Identifier: MIT
//
// Why a peer cannot be joined.
#include "attached.hpp"

namespace kith::erlang::test {

struct Probing : Attached {
    Probing() : far(there), peer(there, "b@10.0.0.8", "secret", 40000) {
        far.add("b", 40000);
        attach();
    }
    FakeEpmd far;
    FakeBeam peer;
};

BOOST_FIXTURE_TEST_SUITE(why, Probing)

BOOST_AUTO_TEST_CASE(its_host_does_not_resolve) {
    const Report report = join("b@nowhere");
    BOOST_TEST(report.status == KITH_UNRESOLVED);
    BOOST_TEST(report.text == "app@10.0.0.7 could not join b@nowhere: the host name nowhere does not resolve");
}

BOOST_AUTO_TEST_CASE(its_epmd_is_down) {
    far.peer().stop_listening();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_REFUSED);
    BOOST_TEST(has(report.text, "no EPMD listens on 10.0.0.8:4369"));
}

BOOST_AUTO_TEST_CASE(its_host_does_not_answer) {
    net.partition(here, there);
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "nothing answers on 10.0.0.8:4369"));
}

BOOST_AUTO_TEST_CASE(there_is_no_route) {
    net.partition(here, there, kith::testkit::Route::unreachable);
    BOOST_TEST(join("b@10.0.0.8").status == KITH_UNREACHABLE);
}

BOOST_AUTO_TEST_CASE(its_epmd_does_not_know_it) {
    far.remove("b");
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_NOT_FOUND);
    BOOST_TEST(has(report.text, "does not know the name b: b@10.0.0.8 is down, or runs under another name"));
}

BOOST_AUTO_TEST_CASE(its_port_refuses) {
    peer.die();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_REFUSED);
    BOOST_TEST(has(report.text, "nobody listens on 10.0.0.8:40000"));
}

BOOST_AUTO_TEST_CASE(it_is_mute) {
    peer.mute = true;
    beam.functions["net_kernel:connect_node"] = [](etf::Term) { return term("false"); };
    const auto begun = net.now();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "stays mute"));
    BOOST_TEST((report.at - begun < 3s));
}

BOOST_AUTO_TEST_CASE(it_does_not_allow_the_name) {
    peer.status = "not_allowed";
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_DENIED);
}

BOOST_AUTO_TEST_CASE(another_node_is_there) {
    far.add("c", 40000);
    const Report report = join("c@10.0.0.8");
    BOOST_TEST(report.status == KITH_NOT_FOUND);
    BOOST_TEST(has(report.text, "another node answers there: b@10.0.0.8"));
}

BOOST_AUTO_TEST_CASE(what_remains_is_the_cookie) {
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "it is the cookie that is not accepted"));
    BOOST_TEST(!peer.their_challenge.has_value()); // the probe proved nothing to it
}

BOOST_AUTO_TEST_CASE(its_port_may_be_an_attribute) {
    far.peer().stop_listening();
    BOOST_TEST(join("b@10.0.0.8", {{"dist_port", "40000"}}).status == KITH_UNAUTHORIZED);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
