// SPDX-License-Identifier: MIT
#include "etf/term_printer.hpp"
#include "node_event_relay.hpp"

#include "bytes.hpp"
#include "node_frames.hpp"
#include "tool_names.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang;
using namespace kith::erlang::test;
using control::Op;
using Kind = Relay::Event::Kind;

namespace {

struct Rig {
    Rig() : relay(our_pid) { start(); }

    void start() {
        relay.start(out);
        const std::string frame = written(out);
        const control::Parsed parsed = control::parse(frame);
        BOOST_REQUIRE(parsed);
        BOOST_REQUIRE((parsed.message.op == Op::spawn_request));
        target = etf::to_text(parsed.message.fields[3]);
        request = parsed.message.fields[0].encoded();
        etf::Elements arguments = parsed.message.payload.elements();
        BOOST_TEST(arguments.next().size() == 4u); // four expressions
        BOOST_TEST(arguments.next().size() == 2u); // P and R are bound
    }

    std::optional<Relay::Event> take(const std::string &bytes) {
        const control::Parsed parsed = control::parse(bytes);
        BOOST_REQUIRE(parsed);
        return relay.take(parsed.message, out);
    }

    std::optional<Relay::Event> relayed(std::string_view message) {
        std::string whole;
        etf::Writer(whole).tuple(2).raw(request).raw(term(message));
        return take(send(whole));
    }

    Relay relay;
    std::string out;
    std::string target;
    std::string request;
};

} // namespace

BOOST_AUTO_TEST_SUITE(relay)

BOOST_AUTO_TEST_CASE(it_runs_in_erl_eval) { BOOST_TEST(Rig{}.target == "{erl_eval,exprs,2}"); }

BOOST_AUTO_TEST_CASE(the_list_and_the_changes_of_nodes_are_read) {
    Rig rig;
    BOOST_TEST(!rig.take(spawn_reply(rig.request, encoded(their_pid))));
    std::string listing;
    etf::Writer(listing).tuple(4).raw(rig.request).atom("nodes").raw(term("[a@h,b@h]")).raw(term("[c@h]"));
    const auto list = rig.take(send(listing));
    BOOST_REQUIRE(list);
    BOOST_TEST((list->kind == Kind::listing));
    BOOST_TEST((list->visible_nodes == std::vector<std::string>{"a@h", "b@h"}));
    BOOST_TEST((list->hidden_nodes == std::vector<std::string>{"c@h"}));

    const auto up = rig.relayed("{nodeup,d@h,[{node_type,hidden}]}");
    BOOST_REQUIRE(up);
    BOOST_TEST((up->kind == Kind::up));
    BOOST_TEST(up->name == "d@h");
    BOOST_TEST(up->hidden);

    const auto down = rig.relayed("{nodedown,a@h,[{node_type,visible},{nodedown_reason,connection_closed}]}");
    BOOST_REQUIRE(down);
    BOOST_TEST((down->kind == Kind::down));
    BOOST_TEST(!down->hidden);
    BOOST_TEST(down->why == "connection_closed");
}

BOOST_AUTO_TEST_CASE(messages_of_other_senders_are_ignored) {
    Rig rig;
    BOOST_TEST(!rig.take(send(term("{nodeup,d@h,[]}"))));
    BOOST_TEST(!rig.take(send(term("{x,{nodeup,d@h,[]}}"))));
    BOOST_TEST(!rig.take(send(term("hello"))));
    BOOST_TEST(!rig.relayed("{nodesideways,d@h,[]}"));
    BOOST_TEST(!rig.relayed("{nodeup,42,[]}"));
    const std::string old = rig.request;
    rig.start(); // anew: what the former one sends is not heard
    std::string late;
    etf::Writer(late).tuple(2).raw(old).raw(term("{nodeup,d@h,[]}"));
    BOOST_TEST(!rig.take(send(late)));
}

BOOST_AUTO_TEST_CASE(without_erl_eval_it_subscribes_by_global_group) {
    Rig rig;
    const auto fell = rig.take(monitor_exit(rig.request, term("{undef,[{erl_eval,exprs,[],[]}]}")));
    BOOST_REQUIRE(fell);
    BOOST_TEST((fell->kind == Kind::fell_back));
    const std::string frame = written(rig.out);
    const control::Parsed parsed = control::parse(frame);
    BOOST_TEST((parsed.message.op == Op::reg_send));
    BOOST_TEST(parsed.message.fields[2].is_atom("global_group"));
    etf::Elements call = parsed.message.payload.elements();
    BOOST_TEST(call.next().is_atom("$gen_call"));
    BOOST_TEST((call.next().elements().next().pid().value() == our_pid));
    BOOST_TEST(etf::to_text(call.next()) == "{monitor_nodes,true}");
    const auto up = rig.take(send(term("{nodeup,d@h}")));
    BOOST_REQUIRE(up);
    BOOST_TEST(up->name == "d@h");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_relay_is_reported) {
    Rig rig;
    const auto ended = rig.take(monitor_exit(rig.request, term("killed")));
    BOOST_REQUIRE(ended);
    BOOST_TEST((ended->kind == Kind::ended));
    BOOST_TEST(ended->why == "killed");
    BOOST_TEST(!rig.relayed("{nodeup,d@h,[]}"));
    Rig refused;
    BOOST_TEST((refused.take(spawn_reply(refused.request, term("system_limit")))->kind == Kind::ended));
}

BOOST_AUTO_TEST_CASE(names_of_tools_are_recognised) {
    BOOST_TEST(attach_name(0x0123456789abcdef, "h") == "kith-0123456789abcdef@h");
    BOOST_TEST(attach_name(1, "") == "kith-0000000000000001@localhost");
    for (const char *name : {"kith-0123456789abcdef@h", "rem-1a2b@h", "remsh42@h", "remsh_x@h"}) BOOST_TEST(is_tool(name));
    for (const char *name :
         {"app@h", "kith@h", "kith-app@h", "kith-0123456789abcdeg@h", "remote@h", "premsh@h", "kith-0123456789abcdef0@h"})
        BOOST_TEST(!is_tool(name));
}

BOOST_AUTO_TEST_SUITE_END()
