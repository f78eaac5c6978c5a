// SPDX-License-Identifier: MIT
//
// Joining and parting.
#include "attached_connector.hpp"

#include "etf/term_printer.hpp"

namespace kith::erlang::test {

BOOST_AUTO_TEST_SUITE(connect_and_disconnect)

BOOST_FIXTURE_TEST_CASE(a_peer_is_connected_and_disconnected, Attached) {
    beam.reachable.insert("b@10.0.0.8");
    attach();
    BOOST_TEST(join("b@10.0.0.8").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links() == Names{"b@10.0.0.8"}; }, 1s));
    BOOST_TEST(join("b@10.0.0.8").status == KITH_OK); // again
    BOOST_TEST(part("b@10.0.0.8").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links().empty(); }, 1s));
    BOOST_TEST(of(Kind::link_down).back().text == "disconnect");
    BOOST_TEST(part("b@10.0.0.8").status == KITH_OK); // it was not linked
    BOOST_TEST(of(Kind::link_up).size() == 1u);
}

BOOST_AUTO_TEST_CASE(true_and_ok_of_the_connect_function_mean_success) {
    const auto answer = [](const std::string &value,
                           const char *options = R"({"node": "app@10.0.0.7", "connect": ["m", "f", []]})") {
        Attached it(options);
        it.beam.functions["m:f"] =
            it.beam.functions["net_kernel:connect_node"] = [&value](etf::TermView) { return term(value); };
        it.attach();
        return it.join("b@10.0.0.8");
    };
    for (const char *good : {"true", "ok", "{ok,pid}"}) BOOST_TEST(answer(good).status == KITH_OK);
    const Report failed = answer("{error,no_way}");
    BOOST_TEST(failed.status == KITH_UNAVAILABLE);
    BOOST_TEST(failed.text == "m:f/1 for b@10.0.0.8 returned {error,no_way}");
    BOOST_TEST(answer("false").text == "m:f/1 for b@10.0.0.8 returned false");
    const Report ignored = answer("ignored", R"({"node": "app@10.0.0.7"})");
    BOOST_TEST(ignored.status == KITH_UNAVAILABLE);
    BOOST_TEST(has(ignored.text, "is not distributed any more"));
}

BOOST_AUTO_TEST_CASE(an_undefined_connect_function_is_reported) {
    Attached it(R"({"node": "app@10.0.0.7", "connect": ["m", "f", []]})");
    it.attach();
    BOOST_TEST(it.join("b@h").text == "m:f/1 for b@h failed with undef");
}

BOOST_AUTO_TEST_CASE(module_and_arguments_may_be_written_as_in_elixir) {
    Attached it(
        R"({"node": "app@10.0.0.7", "connect": ["MyApp.Cluster", ":join", [1, true, null, "atom", {"binary": "b"}, {"string": "s"}, [2, []]]]})");
    std::string arguments;
    it.beam.functions["Elixir.MyApp.Cluster:join"] = [&arguments](etf::TermView list) {
        arguments = etf::to_text(list);
        return term("ok");
    };
    it.attach();
    BOOST_TEST(it.join("b@h").status == KITH_OK);
    BOOST_TEST(arguments == "[1,true,nil,atom,<<\"b\">>,[115],[2,[]],b@h]");
    Attached bad(R"({"connect": ["m", "f", [{"tuple": 1}]]})");
    BOOST_TEST(bad.rig.start() == KITH_INVALID);
    BOOST_TEST(has(bad.rig.error(), "/connect/2/0"));
}

// The arguments with which m:f is called to join b@h, or why it is not.
std::string called_with(const std::string &arguments, kith::testkit::Pairs attributes = {}) {
    Attached it(R"({"node": "app@10.0.0.7", "connect": ["m", "f", )" + arguments + "]}");
    std::string seen;
    it.beam.functions["m:f"] = [&seen](etf::TermView list) {
        seen = etf::to_text(list);
        return term("ok");
    };
    it.attach();
    const Report report = it.join("b@h", std::move(attributes));
    return report.status == KITH_OK ? seen : report.text;
}

BOOST_AUTO_TEST_CASE(the_peer_stands_where_the_arguments_ask_for_it) {
    BOOST_TEST(called_with(R"([{"peer": "atom"}, 1])") == "[b@h,1]");
    BOOST_TEST(called_with(R"([{"peer": "binary"}])") == "[<<\"b@h\">>]");
    BOOST_TEST(called_with(R"([[{"peer": "string"}], []])") == "[[[98,64,104]],[]]");
    BOOST_TEST(called_with(R"([{"tuple": ["x", {"tuple": []}, {"peer": "atom"}]}, {"peer": "atom"}])") == "[{x,{},b@h},b@h]");
    BOOST_TEST(called_with(R"([{"map": {"name": {"peer": "atom"}, "a/b~": {"map": {}}}}])") ==
               "[#{name => b@h,'a/b~' => #{}}]");
    BOOST_TEST(called_with(R"([{"tuple": ["x"]}])") == "[{x},b@h]"); // behind the arguments, as ever
}

BOOST_AUTO_TEST_CASE(attributes_of_the_peer_stand_in_the_arguments) {
    const kith::testkit::Pairs given{{"ip", "10.0.0.8"}, {"port", "9090"}, {"six", "fd00::8"}, {"zone", "a b"}};
    BOOST_TEST(called_with(R"([{"attribute": "ip"}])", given) == "[<<\"10.0.0.8\">>]");
    BOOST_TEST(called_with(R"([{"attribute": "ip", "as": "address"}, {"as": "integer", "attribute": "port"}])", given) ==
               "[{10,0,0,8},9090]");
    BOOST_TEST(called_with(R"([{"attribute": "six", "as": "address"}])", given) == "[{64768,0,0,0,0,0,0,8}]");
    BOOST_TEST(called_with(R"([{"attribute": "zone", "as": "atom"}, {"map": {"z": {"attribute": "zone", "as": "string"}}}])",
                           given) == "['a b',#{z => [97,32,98]}]");
    BOOST_TEST(called_with(R"([{"attribute": "rack"}])", given) ==
               "the strategy reports no attribute rack of b@h, which m:f/1 is to be called with");
    BOOST_TEST(called_with(R"([{"attribute": "zone", "as": "integer"}])", given) ==
               "the attribute zone of b@h is a b: expected an integer");
    BOOST_TEST(called_with(R"([{"attribute": "zone", "as": "address"}])", given) ==
               "the attribute zone of b@h is a b: expected a numeric address");
}

BOOST_AUTO_TEST_CASE(arguments_that_are_none_are_refused) {
    for (const char *bad : {R"({"peer": "integer"})", R"({"peer": 1})", R"({"peer": "atom", "x": 1})", R"({"map": []})", "{}",
                            R"({"attribute": "ip", "as": "float"})", R"({"attribute": "ip", "is": "atom"})"}) {
        Attached it(std::string(R"({"connect": ["m", "f", [)") + bad + "]]}");
        BOOST_TEST(it.rig.start() == KITH_INVALID, bad);
        BOOST_TEST(has(it.rig.error(), "option /connect/2/0"), it.rig.error());
    }
    Attached it(R"({"list_nodes": ["m", "f", [{"peer": "atom"}]]})");
    BOOST_TEST(it.rig.start() == KITH_INVALID);
    BOOST_TEST(has(it.rig.error(), "option /list_nodes/2/0: expected no peer here"), it.rig.error());
}

BOOST_FIXTURE_TEST_CASE(a_call_that_does_not_return_is_ended, Attached) {
    beam.functions["net_kernel:connect_node"] = [](etf::TermView) { return std::nullopt; };
    attach();
    const auto begun = net.now();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "net_kernel:connect_node in app@10.0.0.7 did not return within 8000 ms"));
    BOOST_TEST((report.at - begun < 9s));
    rig.run_for(1s);
    BOOST_TEST(beam.kills == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_connect_ends_the_call, Attached) {
    beam.functions["net_kernel:connect_node"] = [](etf::TermView) { return std::nullopt; };
    attach();
    const auto op = rig.connect({"b@h", "b@h", {}, {}});
    rig.run_for(1s);
    rig.cancel(op);
    BOOST_TEST(ended(op).status == KITH_CANCELLED);
    rig.run_for(1s);
    BOOST_TEST(beam.kills == 1u);
    BOOST_TEST(rig.attached());
}

BOOST_FIXTURE_TEST_CASE(five_hundred_connects_succeed_at_once, Attached) {
    for (int i = 0; i < 500; ++i) beam.reachable.insert("n" + std::to_string(i) + "@h");
    attach();
    std::vector<std::uint64_t> ops;
    for (const auto &name : beam.reachable) ops.push_back(rig.connect({name, name, {}, {}}));
    for (const auto op : ops) BOOST_TEST(ended(op).status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links().size() == 500; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(invalid_names_are_refused, Attached) {
    attach();
    for (const std::string &name :
         {std::string("app"), std::string("@h"), std::string("a@"), std::string("a@b@c"), std::string(300, 'x') + "@h"}) {
        const Report report = join(name);
        BOOST_TEST(report.status == KITH_INVALID);
    }
    BOOST_TEST(beam.called("net_kernel:connect_node") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
