// SPDX-License-Identifier: MIT
#include "control.hpp"

#include "bytes.hpp"
#include "node_frames.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang;
using namespace kith::erlang::test;
using control::Op;

BOOST_AUTO_TEST_SUITE(control_messages)

BOOST_AUTO_TEST_CASE(a_message_with_its_payload) {
    const std::string bytes = send(term("{hello,[1,2]}"));
    const control::Parsed parsed = control::parse(bytes);
    BOOST_REQUIRE(parsed);
    BOOST_TEST((parsed.message.op == Op::send));
    BOOST_TEST(parsed.message.size == 2u);
    BOOST_TEST((parsed.message.fields[1].pid().value() == our_pid));
    BOOST_TEST(parsed.message.payload.is_tuple(2));
}

BOOST_AUTO_TEST_CASE(a_trace_token_is_skipped) {
    // {13, From, To, Token, Reason}
    const std::string exit = frame(term("{13,from,to,token,reason}"));
    const control::Parsed parsed = control::parse(exit);
    BOOST_REQUIRE(parsed);
    BOOST_TEST((parsed.message.op == Op::exit));
    BOOST_TEST(parsed.message.size == 3u);
    BOOST_TEST(parsed.message.fields[2].is_atom("reason"));

    const std::string reply = frame(term("{32,request,to,2,result,token}"));
    const control::Parsed traced = control::parse(reply);
    BOOST_REQUIRE(traced);
    BOOST_TEST((traced.message.op == Op::spawn_reply));
    BOOST_TEST(traced.message.size == 4u);
    BOOST_TEST(traced.message.fields[3].is_atom("result"));
}

BOOST_AUTO_TEST_CASE(malformed_messages_have_a_fault) {
    const auto fault = [](const std::string &bytes) { return control::parse(bytes).fault; };
    BOOST_TEST((fault("") == control::Fault::header));
    BOOST_TEST((fault(bytes({131, 68, 0})) == control::Fault::header));
    BOOST_TEST((fault(bytes({112, 131})) == control::Fault::term));
    BOOST_TEST((fault(frame(term("atom"))) == control::Fault::tuple));
    BOOST_TEST((fault(frame(term("{}"))) == control::Fault::tuple));
    BOOST_TEST((fault(frame(term("{a,b}"))) == control::Fault::tuple));
    BOOST_TEST((fault(frame(term("{-1}"))) == control::Fault::tuple));
    BOOST_TEST((fault(frame(term("{1000}"))) == control::Fault::tuple));
    BOOST_TEST((fault(frame(term("{2,1,2,3,4,5,6,7,8,9}"))) == control::Fault::tuple));
    BOOST_TEST((fault(frame(term("{2,a,b}"), "rubbish")) == control::Fault::term));
    BOOST_TEST((fault(frame(term("{99,a}"))) == control::Fault::none)); // of a later version: known by its number alone
}

BOOST_AUTO_TEST_CASE(an_unlink_is_acknowledged) {
    std::string out;
    control::append_unlink_ack(out, our_pid, encoded(their_pid), term("42"));
    const std::string ack = written(out);
    const control::Parsed parsed = control::parse(ack);
    BOOST_REQUIRE(parsed);
    BOOST_TEST((parsed.message.op == Op::unlink_id_ack));
    BOOST_TEST(parsed.message.fields[0].integer().value() == 42);
    BOOST_TEST((parsed.message.fields[1].pid().value() == our_pid));
    BOOST_TEST((parsed.message.fields[2].pid().value() == their_pid));
}

BOOST_AUTO_TEST_CASE(a_tick_is_an_empty_frame) {
    std::string out;
    control::append_tick(out);
    BOOST_TEST(out == bytes({0, 0, 0, 0}));
}

BOOST_AUTO_TEST_SUITE_END()
