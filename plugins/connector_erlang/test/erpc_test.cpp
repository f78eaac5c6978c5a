// SPDX-License-Identifier: MIT
#include "erpc.hpp"
#include "etf/term_printer.hpp"

#include "bytes.hpp"
#include "node_frames.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang;
using namespace kith::erlang::test;
using control::Op;
using Outcome = Calls::Outcome;

namespace {

struct Rig {
    explicit Rig(std::size_t window = 64) : calls(our_pid, window) {}

    Calls::Id begin() { return calls.begin(out, "m", "f", term("[1]")); }

    std::optional<Calls::Answer> take(const std::string &bytes) {
        last = bytes;
        const control::Parsed parsed = control::parse(last);
        BOOST_REQUIRE(parsed);
        return calls.take(parsed.message, out);
    }

    /// The reference of the request that we wrote first of all that is not taken yet.
    std::string next_request() {
        const std::string frame = written(out);
        const control::Parsed parsed = control::parse(frame);
        BOOST_REQUIRE(parsed);
        BOOST_REQUIRE((parsed.message.op == Op::spawn_request));
        return std::string(parsed.message.fields[0].encoded());
    }

    Calls calls;
    std::string out;
    std::string last;
};

std::string answer(const std::string &request, std::string_view how, const std::string &value) {
    std::string reason;
    etf::Writer(reason).tuple(3).raw(request).atom(how).raw(value);
    return reason;
}

} // namespace

BOOST_AUTO_TEST_SUITE(erpc)

BOOST_AUTO_TEST_CASE(a_request_calls_erpc_execute_call) {
    Rig rig;
    BOOST_TEST(rig.begin() != 0u);
    const std::string frame = written(rig.out);
    const control::Parsed parsed = control::parse(frame);
    BOOST_REQUIRE(parsed);
    const control::Message &message = parsed.message;
    BOOST_TEST((message.op == Op::spawn_request));
    BOOST_TEST((message.fields[1].pid().value() == our_pid));
    BOOST_TEST((message.fields[2].pid().value() == our_pid));
    BOOST_TEST(etf::to_text(message.fields[3]) == "{erpc,execute_call,4}");
    BOOST_TEST(etf::to_text(message.fields[4]) == "[monitor]");
    BOOST_TEST(etf::to_text(message.payload) == "[#Ref,m,f,[1]]");
    BOOST_TEST(message.fields[0].reference()->words[0] < (1u << 18));
}

BOOST_AUTO_TEST_CASE(a_request_contains_the_group_leader_when_it_is_known) {
    Rig rig;
    rig.calls.group_leader(encoded(their_pid));
    rig.begin();
    const std::string frame = written(rig.out);
    BOOST_TEST((control::parse(frame).message.fields[2].pid().value() == their_pid));
}

BOOST_AUTO_TEST_CASE(return_throw_exit_and_error_are_distinguished) {
    const std::pair<const char *, Outcome> outcomes[] = {
        {"return", Outcome::returned}, {"throw", Outcome::thrown}, {"exit", Outcome::exited}, {"error", Outcome::raised}};
    for (const auto &[how, outcome] : outcomes) {
        Rig rig;
        const Calls::Id id = rig.begin();
        const std::string request = rig.next_request();
        BOOST_TEST(!rig.take(spawn_reply(request, encoded(their_pid))));
        const auto got = rig.take(monitor_exit(request, answer(request, how, term("value"))));
        BOOST_REQUIRE(got);
        BOOST_TEST(got->id == id);
        BOOST_TEST((got->outcome == outcome));
        BOOST_TEST(got->value.is_atom("value"));
        BOOST_TEST(rig.calls.outstanding() == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_process_that_was_not_started_ends_the_call) {
    Rig rig;
    rig.begin();
    const auto got = rig.take(spawn_reply(rig.next_request(), term("system_limit")));
    BOOST_REQUIRE(got);
    BOOST_TEST((got->outcome == Outcome::not_spawned));
    BOOST_TEST(got->value.is_atom("system_limit"));
}

BOOST_AUTO_TEST_CASE(a_killed_process_ends_the_call) {
    Rig rig;
    rig.begin();
    const std::string request = rig.next_request();
    rig.take(spawn_reply(request, encoded(their_pid)));
    const auto got = rig.take(monitor_exit(request, term("killed")));
    BOOST_REQUIRE(got);
    BOOST_TEST((got->outcome == Outcome::killed));
}

BOOST_AUTO_TEST_CASE(answers_are_assigned_to_their_calls_in_any_order) {
    Rig rig;
    const Calls::Id a = rig.begin();
    const Calls::Id b = rig.begin();
    const std::string first = rig.next_request();
    const std::string second = rig.next_request();
    BOOST_TEST(rig.take(monitor_exit(second, answer(second, "return", term("b"))))->id == b);
    BOOST_TEST(rig.take(monitor_exit(first, answer(first, "return", term("a"))))->id == a);
}

BOOST_AUTO_TEST_CASE(a_second_answer_is_ignored) {
    Rig rig;
    rig.begin();
    const std::string request = rig.next_request();
    BOOST_TEST(rig.take(monitor_exit(request, answer(request, "return", term("a")))).has_value());
    BOOST_TEST(!rig.take(monitor_exit(request, answer(request, "return", term("a")))));
    rig.begin(); // the same slot, another reference
    BOOST_TEST(!rig.take(monitor_exit(request, answer(request, "return", term("a")))));
    BOOST_TEST(rig.calls.outstanding() == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_request_is_ignored) {
    Rig rig;
    rig.begin();
    const std::string request = rig.next_request();
    std::string other;
    etf::Reference reference;
    reference.node = "someone@else";
    reference.size = 3;
    etf::Writer(other).reference(reference);
    BOOST_TEST(!rig.take(monitor_exit(other, answer(other, "return", term("a")))));
    // The right request, and within it an answer to another: the process was ended by someone who forged it.
    const auto forged = rig.take(monitor_exit(request, answer(other, "return", term("true"))));
    BOOST_REQUIRE(forged);
    BOOST_TEST((forged->outcome == Outcome::killed));
}

BOOST_AUTO_TEST_CASE(the_number_of_calls_in_flight_is_limited) {
    Rig rig(2);
    for (int i = 0; i < 4; ++i) rig.begin();
    const std::string first = rig.next_request();
    const std::string second = rig.next_request();
    BOOST_TEST(rig.out.empty());
    BOOST_TEST(rig.calls.outstanding() == 4u);
    rig.take(monitor_exit(first, answer(first, "return", term("a"))));
    const std::string third = rig.next_request();
    BOOST_TEST(rig.out.empty());
    rig.take(monitor_exit(third, answer(third, "return", term("a"))));
    rig.next_request();
    BOOST_TEST(rig.out.empty());
}

BOOST_AUTO_TEST_CASE(a_waiting_call_that_is_given_up_is_never_sent) {
    Rig rig(1);
    rig.begin();
    const Calls::Id waiting = rig.begin();
    const std::string first = rig.next_request();
    BOOST_TEST(rig.calls.give_up(waiting, rig.out));
    BOOST_TEST(!rig.calls.give_up(waiting, rig.out));
    BOOST_TEST(rig.out.empty());
    rig.take(monitor_exit(first, answer(first, "return", term("a"))));
    BOOST_TEST(rig.out.empty());
    BOOST_TEST(rig.calls.outstanding() == 0u);
}

BOOST_AUTO_TEST_CASE(the_process_of_a_call_that_is_given_up_is_killed) {
    Rig rig;
    const Calls::Id id = rig.begin();
    const std::string request = rig.next_request();
    rig.take(spawn_reply(request, encoded(their_pid)));
    BOOST_TEST(rig.calls.give_up(id, rig.out));
    const std::string exit = written(rig.out);
    const control::Parsed parsed = control::parse(exit);
    BOOST_TEST((parsed.message.op == Op::payload_exit2));
    BOOST_TEST((parsed.message.fields[1].pid().value() == their_pid));
    BOOST_TEST(parsed.message.payload.is_atom("kill"));
    BOOST_TEST(rig.calls.outstanding() == 1u); // it runs still
    BOOST_TEST(!rig.take(monitor_exit(request, term("killed"))));
    BOOST_TEST(rig.calls.outstanding() == 0u);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_given_up_early_is_killed_when_its_process_is_known) {
    Rig rig;
    const Calls::Id id = rig.begin();
    const std::string request = rig.next_request();
    BOOST_TEST(rig.calls.give_up(id, rig.out));
    BOOST_TEST(rig.out.empty());
    rig.take(spawn_reply(request, encoded(their_pid)));
    const std::string exit = written(rig.out);
    BOOST_TEST((control::parse(exit).message.op == Op::payload_exit2));
}

BOOST_AUTO_TEST_SUITE_END()
