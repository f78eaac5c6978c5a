// SPDX-License-Identifier: MIT
#include "dialler.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace kith::mesh;
using namespace std::chrono_literals;

namespace {

struct DiallerFixture {
    DiallerFixture() {
        for (const char *name : {"m@h", "a@h", "z@h"}) names.intern(name);
    }
    std::vector<NodeId> due(Time now) { return dialler.take_due(now); }

    NameTable names{8};
    const NodeId lesser = 1, greater = 2;
    Dialler dialler{names, 0, 7};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(dialler_tests, DiallerFixture)

BOOST_AUTO_TEST_CASE(the_greater_name_dials_and_the_other_one_after_a_second) {
    dialler.targets(std::vector<NodeId>{lesser, greater}, 10s);
    BOOST_TEST(due(10s) == std::vector<NodeId>{lesser});
    BOOST_TEST((dialler.deadline() == 11s));
    BOOST_TEST(due(10999ms).empty());
    BOOST_TEST(due(11s) == std::vector<NodeId>{greater});
}

BOOST_AUTO_TEST_CASE(a_link_that_broke_is_dialled_at_once_by_both) {
    dialler.targets(std::vector<NodeId>{greater}, 10s);
    dialler.linked(greater);
    BOOST_TEST(due(20s).empty());
    dialler.unlinked(greater, true, 20s);
    BOOST_TEST(due(20s) == std::vector<NodeId>{greater});
    dialler.linked(greater);
    dialler.unlinked(greater, false, 30s); // on purpose
    BOOST_TEST(due(30s).empty());
}

BOOST_AUTO_TEST_CASE(of_many_that_lose_their_link_with_one_some_dial_at_once_and_all_within_four_turns) {
    std::vector<NodeId> all;
    for (int i = 0; i < 64; ++i) all.push_back(names.intern("b" + std::to_string(i)));
    const NodeId lost = all[0];
    std::set<Time> seen;
    for (const NodeId self : all) {
        if (self == lost) continue;
        Dialler one(names, self, 7);
        one.targets(all, 10s);
        for (const NodeId each : all) one.linked(each);
        one.unlinked(lost, true, 20s);
        seen.insert(one.deadline() - 20s);
    }
    BOOST_TEST((seen == std::set<Time>{0ms, 10ms, 20ms, 30ms}));
}

BOOST_AUTO_TEST_CASE(a_failed_dial_is_repeated_later_and_later_and_for_ever) {
    dialler.targets(std::vector<NodeId>{lesser}, 0s);
    Time now = 0s;
    for (int i = 0; i < 50; ++i) {
        BOOST_REQUIRE(due(now) == std::vector<NodeId>{lesser});
        dialler.failed(lesser, "refused", now);
        const Time pause = dialler.deadline() - now;
        BOOST_TEST((pause >= 200ms && pause <= 2500ms));
        now = dialler.deadline();
    }
    BOOST_TEST(dialler.history(lesser)->failures == 50u);
    BOOST_TEST(dialler.history(lesser)->why == "refused");
}

BOOST_AUTO_TEST_CASE(dials_in_flight_and_in_one_turn_are_bounded) {
    std::vector<NodeId> many;
    for (int i = 0; i < 100; ++i) many.push_back(names.intern("b" + std::to_string(i)));
    dialler.targets(many, 0s);
    std::size_t begun = 0;
    for (int turn = 0; turn < 50; ++turn) {
        const auto now = due(0s);
        BOOST_TEST(now.size() <= Dialler::most_in_turn);
        begun += now.size();
    }
    BOOST_TEST(begun == Dialler::most_in_flight);
    dialler.targets({}, 0s); // nobody is a target any more
    dialler.targets(many, 1s);
    BOOST_TEST(!due(1s).empty());
}

BOOST_AUTO_TEST_SUITE_END()
