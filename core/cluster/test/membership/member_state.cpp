// SPDX-License-Identifier: MIT
//
// What the claims of a name make of it: the decision as a table.
#include <core/cluster/membership/member_state.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(member_state)

namespace {

using State = MemberState;
const std::vector<State> all_states{State::outside, State::wanted, State::missing, State::remembered,
                                    State::aside,   State::held,   State::gone};

} // namespace

BOOST_AUTO_TEST_CASE(the_best_claim_determines_the_state) {
    const struct {
        ClaimCounts claims;
        State member, stranger; // of a member; of one that is outside
    } rows[] = {
        {{1, 0, 0, 0}, State::wanted, State::wanted},         {{1, 1, 1, 1}, State::wanted, State::wanted},
        {{0, 1, 0, 0}, State::missing, State::missing},       {{0, 1, 1, 1}, State::missing, State::missing},
        {{0, 0, 1, 0}, State::remembered, State::remembered}, {{0, 0, 1, 1}, State::remembered, State::remembered},
        {{0, 0, 0, 1}, State::aside, State::outside},
    };
    for (const auto &row : rows) {
        BOOST_TEST_CONTEXT(row.claims.present << row.claims.missing << row.claims.remembered << row.claims.aside) {
            for (const State state : {State::wanted, State::missing, State::remembered, State::aside, State::held})
                BOOST_CHECK(target_state({Verdict::accepted, row.claims, true, false, state}) == row.member);
            BOOST_CHECK(target_state({Verdict::accepted, row.claims, true, false, State::outside}) == row.stranger);
        }
    }
}

BOOST_AUTO_TEST_CASE(names_without_a_counting_claim_have_their_own_states) {
    const struct {
        State before, after;
    } rows[] = {
        {State::outside, State::outside},    {State::wanted, State::held}, {State::missing, State::held},
        {State::remembered, State::outside}, // not through the guard, and never parted
        {State::aside, State::held},         {State::held, State::held},   {State::gone, State::gone},
    };
    for (const auto &row : rows) {
        for (const bool claimed : {false, true})
            BOOST_CHECK(target_state({Verdict::accepted, {}, claimed, false, row.before}) == row.after);
    }
}

BOOST_AUTO_TEST_CASE(a_name_excluded_by_the_policy_has_the_state_outside) {
    for (const State state : all_states) {
        BOOST_CHECK(target_state({Verdict::self, {1, 1, 1, 1}, true, false, state}) == State::outside);
        BOOST_CHECK(target_state({Verdict::excluded, {1, 1, 1, 1}, true, false, state}) == State::outside);
        BOOST_CHECK(target_state({Verdict::accepted, {}, false, true, state}) == State::outside);
        BOOST_CHECK(target_state({Verdict::accepted, {1, 0, 0, 0}, true, true, state}) == State::wanted);
    }
}

BOOST_AUTO_TEST_CASE(the_change_of_each_transition) {
    const struct {
        State before, after;
        ChangeKind kind;
    } rows[] = {
        {State::outside, State::wanted, ChangeKind::discovered},
        {State::gone, State::wanted, ChangeKind::discovered},
        {State::missing, State::wanted, ChangeKind::seen_again},
        {State::held, State::wanted, ChangeKind::seen_again},
        {State::remembered, State::wanted, ChangeKind::seen_again},
        {State::outside, State::missing, ChangeKind::discovered},
        {State::wanted, State::missing, ChangeKind::missing},
        {State::held, State::missing, ChangeKind::reclassed},
        {State::outside, State::remembered, ChangeKind::discovered},
        {State::wanted, State::remembered, ChangeKind::held},
        {State::wanted, State::aside, ChangeKind::held},
        {State::wanted, State::outside, ChangeKind::lost},
        {State::held, State::gone, ChangeKind::lost},
        {State::gone, State::outside, ChangeKind::reclassed},
        {State::gone, State::gone, ChangeKind::reclassed},
    };
    for (const auto &row : rows) {
        BOOST_TEST_CONTEXT(static_cast<int>(row.before) << " -> " << static_cast<int>(row.after))
        BOOST_CHECK(change_of(row.before, row.after) == row.kind);
    }
}

// What dials is what a source has, missed for less than its time, or had before a restart.
BOOST_AUTO_TEST_CASE(the_class_of_a_state) {
    for (const State state : all_states) {
        const bool dialled = state == State::wanted || state == State::missing || state == State::remembered;
        BOOST_CHECK_EQUAL(dials(class_of(state)), dialled);
        BOOST_CHECK_EQUAL(class_of(state) != PeerClass::none, is_member(state));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
