// SPDX-License-Identifier: MIT
//
// Joining the cluster of an application, by scripted answers of the node.
#include "attached_connector.hpp"

namespace kith::erlang::test {

namespace {

struct Rabbit : Attached {
    explicit Rabbit(std::string_view options = R"({"node": "app@10.0.0.7", "application": "rabbitmq"})") : Attached(options) {
        beam.reachable.insert("a@10.0.0.8");
        beam.functions["erl_eval:expr"] = [this](etf::TermView arguments) -> std::optional<std::string> {
            const std::string_view program = arguments.encoded();
            if (has(std::string(program), "kith_application_join")) {
                for (const char *bound : {"Alone = fun", "Join = fun(Peer)", "Start = fun()"})
                    BOOST_TEST(has(std::string(program), bound), bound);
                ++joins;
                if (join_answer.empty()) return std::nullopt;
                if (join_answer == "ok") {
                    list = "{['a@10.0.0.8'],[]}";
                    members = "['a@10.0.0.8','app@10.0.0.7']";
                }
                return term(join_answer);
            }
            if (has(std::string(program), "forget_member")) {
                ++removals;
                members = "['app@10.0.0.7']";
                return term("ok");
            }
            if (!has(std::string(program), "multicall(Nodes, erl_eval")) return term(list);
            ++surveys;
            return term("[{'app@10.0.0.7',{ok,{" + running + ',' + members + ',' + members_running + ',' + own +
                        "}}},{'a@10.0.0.8'," + peer + "}]");
        };
    }

    Report within_two_minutes(std::uint64_t op) {
        const Report *report = rig.await_done(op, 2min);
        if (report == nullptr) throw std::runtime_error("it was not done in time");
        return *report;
    }

    std::string list = "{[],[]}";
    std::string running = "true";
    std::string members = "['app@10.0.0.7']";
    std::string members_running = "['app@10.0.0.7']";
    std::string own = "[]";
    std::string peer = "{ok,{true,['a@10.0.0.8'],['a@10.0.0.8'],[]}}";
    std::string join_answer = "ok";
    int joins = 0;
    int surveys = 0;
    int removals = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(application_cluster)

BOOST_FIXTURE_TEST_CASE(a_peer_is_joined_and_believed_when_the_list_has_it, Rabbit) {
    attach();
    BOOST_TEST(links().empty());
    BOOST_TEST(join("a@10.0.0.8").status == KITH_OK);
    BOOST_TEST((links() == Names{"a@10.0.0.8"}));
    BOOST_TEST(joins == 1);
    BOOST_TEST(join("a@10.0.0.8").status == KITH_OK);
    BOOST_TEST(joins == 1);
}

BOOST_FIXTURE_TEST_CASE(while_another_join_is_under_way_in_the_node_it_is_asked_again, Rabbit) {
    join_answer = "busy";
    attach();
    const auto op = rig.connect({"a@10.0.0.8", "a@10.0.0.8", {}, {}});
    rig.run_for(5s);
    BOOST_TEST(joins > 5);
    BOOST_TEST(joins < 20);
    BOOST_TEST(rig.logged("the node joins a cluster"));
    join_answer = "ok";
    BOOST_TEST(ended(op).status == KITH_OK);
}

BOOST_FIXTURE_TEST_CASE(a_fresh_node_joins_a_fresh_one_when_it_has_seen_all_that_are_being_linked, Rabbit) {
    beam.functions["net_kernel:connect_node"] = [this](etf::TermView arguments) -> std::optional<std::string> {
        if (arguments.elements().next().is_atom("c@10.0.0.8")) return std::nullopt;
        beam.link("a@10.0.0.8");
        return term("true");
    };
    attach();
    const auto c = rig.connect({"c@10.0.0.8", "c@10.0.0.8", {}, {}});
    const auto a = rig.connect({"a@10.0.0.8", "a@10.0.0.8", {}, {}});
    rig.run_for(5s);
    BOOST_TEST(surveys > 5);
    BOOST_TEST(joins == 0);
    rig.cancel(c);
    BOOST_TEST(ended(a).status == KITH_OK);
    BOOST_TEST(joins == 1);
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_being_linked_holds_up_a_join_for_ten_seconds_but_not_that_of_a_peer_with_data) {
    for (const char *data : {"[]", "['1 queue']"}) {
        Rabbit it;
        it.peer = std::string("{ok,{true,['a@10.0.0.8'],['a@10.0.0.8'],") + data + "}}";
        it.beam.functions["net_kernel:connect_node"] = [&it](etf::TermView arguments) -> std::optional<std::string> {
            if (arguments.elements().next().is_atom("c@10.0.0.8")) return std::nullopt;
            it.beam.link("a@10.0.0.8");
            return term("true");
        };
        it.attach();
        (void)it.rig.connect({"c@10.0.0.8", "c@10.0.0.8", {}, {}});
        const auto begun = it.net.now();
        const Report report = it.within_two_minutes(it.rig.connect({"a@10.0.0.8", "a@10.0.0.8", {}, {}}));
        BOOST_TEST(report.status == KITH_OK, data);
        BOOST_TEST((report.at - begun < 1s) == (std::string(data) != "[]"), data);
        BOOST_TEST((report.at - begun < 12s), data);
    }
}

BOOST_FIXTURE_TEST_CASE(a_join_that_fails_is_reported_once_with_what_the_application_answered, Rabbit) {
    join_answer = "{error,{inconsistent_cluster,no}}";
    attach();
    const Report failed = join("a@10.0.0.8");
    BOOST_TEST(failed.status == KITH_UNAVAILABLE);
    BOOST_TEST(failed.text == "RabbitMQ in app@10.0.0.7 could not join a@10.0.0.8: {error,{inconsistent_cluster,no}}");
    BOOST_TEST(joins == 1);
    rig.run_for(60s);
    BOOST_TEST(joins == 1); // the host asks again
}

BOOST_FIXTURE_TEST_CASE(a_node_with_data_is_not_joined_and_the_reason_says_what_it_would_lose, Rabbit) {
    own = "['2 queues','1 user']";
    peer = "{ok,{true,['a@10.0.0.8','c@h'],['a@10.0.0.8'],[]}}";
    attach();
    BOOST_TEST(has(join("a@10.0.0.8").text,
                   "app@10.0.0.7 would lose 2 queues and 1 user by joining the cluster of a@10.0.0.8 and c@h"));
    BOOST_TEST(joins == 0);
}

BOOST_FIXTURE_TEST_CASE(a_request_for_which_nothing_can_be_done_ends_with_the_reason, Rabbit) {
    peer = "{ok,{false,['a@10.0.0.8'],[],[]}}";
    attach();
    const auto begun = net.now();
    const Report report = within_two_minutes(rig.connect({"a@10.0.0.8", "a@10.0.0.8", {}, {}}));
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(report.text == "RabbitMQ does not run in a@10.0.0.8");
    BOOST_TEST((report.at - begun >= 60s));
    BOOST_TEST(joins == 0);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_request_ends_and_a_join_under_way_goes_on, Rabbit) {
    join_answer = ""; // it does not return
    attach();
    const auto op = rig.connect({"a@10.0.0.8", "a@10.0.0.8", {}, {}});
    rig.run_for(1s);
    rig.cancel(op);
    BOOST_TEST(ended(op).status == KITH_CANCELLED);
    rig.run_for(10s);
    BOOST_TEST(joins == 1);
    BOOST_TEST(beam.kills == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_dead_member_is_removed_by_the_smallest_that_runs, Rabbit) {
    list = "{['b@h'],['a@10.0.0.8']}";
    members = "['a@10.0.0.8','app@10.0.0.7','b@h']";
    members_running = "['app@10.0.0.7','b@h']";
    attach();
    BOOST_TEST(part("a@10.0.0.8").status == KITH_OK);
    BOOST_TEST(removals == 1);
    members = "['a@10.0.0.8','app@10.0.0.7']";
    members_running = "['a@10.0.0.8','app@10.0.0.7']";
    BOOST_TEST(has(part("a@10.0.0.8").text, "a@10.0.0.8 runs, and a member is removed only when it does not"));
    members = "['a@10.0.0.8','aaa@h','app@10.0.0.7']";
    members_running = "['aaa@h','app@10.0.0.7']";
    BOOST_TEST(has(within_two_minutes(rig.disconnect({"a@10.0.0.8", "a@10.0.0.8", {}, {}})).text,
                   "is still a member: kith beside aaa@h is to remove it"));
    BOOST_TEST(removals == 1);
}

BOOST_AUTO_TEST_CASE(an_application_brings_its_own_functions) {
    Attached it(R"({"application": "rabbitmq", "connect": ["m", "f", []]})");
    BOOST_TEST(it.rig.start() == KITH_INVALID);
    BOOST_TEST(has(it.rig.error(), "expected no connect, disconnect or list_nodes beside it"));
}

BOOST_AUTO_TEST_CASE(a_node_without_the_application_is_not_attached) {
    Rabbit it;
    it.beam.functions.erase("erl_eval:expr");
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_INVALID);
    BOOST_TEST(why.text ==
               "the list of members of RabbitMQ failed with undef: option application must be what runs in this node");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
