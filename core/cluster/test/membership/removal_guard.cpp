// SPDX-License-Identifier: MIT
//
// The guard alone: when it holds, what it lets go, and when.
#include <core/cluster/membership/removal_guard.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <string>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(removal_guard)

BOOST_AUTO_TEST_CASE(removal_is_guarded_by_share) {
    const struct {
        std::size_t remaining, largest;
        double max_removal;
        bool guard, holds;
    } rows[] = {
        {0, 1, 1.0, true, true}, // an empty membership is always guarded
        {0, 1000, 1.0, true, true},   {0, 1000, 1.0, false, false}, {2, 4, 0.5, true, false}, // exactly the share may go
        {1, 4, 0.5, true, true},      {1, 4, 0.5, false, false},    {51, 100, 0.5, true, false},
        {49, 100, 0.5, true, true},   {99, 100, 0.0, true, true}, // nobody may go
        {100, 100, 0.0, true, false}, {1, 100, 1.0, true, false},
    };
    for (const auto &row : rows) {
        Policy policy;
        policy.guard = row.guard;
        policy.max_removal = row.max_removal;
        BOOST_TEST_CONTEXT(row.remaining << " of " << row.largest << ", max_removal " << row.max_removal)
        BOOST_CHECK_EQUAL(removal_is_guarded(row.remaining, row.largest, policy), row.holds);
    }
}

namespace {

constexpr Time second = one_second;

Policy terms() {
    Policy policy;
    policy.grace = std::chrono::seconds{60};
    policy.hold = std::chrono::seconds{600};
    policy.removal_window = std::chrono::seconds{600};
    policy.max_removal = 0.5;
    return policy;
}

// A membership of so many, of which entries leave; decisions as text: "hold 0", "remove 1", "remove_guarded 2".
struct Guarded {
    explicit Guarded(std::size_t count, Policy policy_ = terms()) : members(count), policy(policy_) {}

    void leave(std::uint32_t entry, Time now) { guard.add(MemberId{entry}, now); }
    void come_back(std::uint32_t entry) { guard.release(MemberId{entry}); }
    // What is removed is no member any more.
    std::string decide(Time now) {
        using Kind = RemovalGuard::Decision::Kind;
        std::string text;
        std::size_t removed = 0;
        const auto is_linked = [this](MemberId entry) { return linked.contains(entry); };
        for (const auto &decision : guard.decide(members, missing, policy, now, is_linked)) {
            if (!text.empty()) text += ", ";
            text += decision.kind == Kind::hold ? "hold " : decision.kind == Kind::remove ? "remove " : "remove_guarded ";
            text += std::to_string(index_of(decision.entry));
            if (decision.kind == Kind::hold) {
                text += " (" + std::to_string(decision.would_go) + " of " + std::to_string(decision.largest) + ")";
            } else {
                ++removed;
            }
        }
        if (removed != 0) gone(removed, now);
        for (const auto &decision : guard.decide(members, missing, policy, now, is_linked)) // nothing is decided twice
            text += "; again " + std::to_string(index_of(decision.entry));
        return text;
    }
    void gone(std::size_t count, Time now) {
        guard.members_change(members, now);
        members -= count;
    }

    RemovalGuard guard;
    std::size_t members, missing = 0;
    Policy policy;
    std::set<MemberId> linked;
};

} // namespace

BOOST_AUTO_TEST_CASE(few_removals_are_not_held) {
    Guarded it{4};
    it.leave(0, 0);
    it.leave(1, 0);
    BOOST_CHECK_EQUAL(it.decide(0), "remove 0, remove 1");
    BOOST_CHECK_EQUAL(it.guard.waiting(), 0U);
    BOOST_CHECK_EQUAL(it.guard.next_deadline(it.policy), never);
}

BOOST_AUTO_TEST_CASE(earlier_removals_of_the_window_count) {
    Guarded it{4};
    it.leave(0, 0);
    it.leave(1, 0);
    it.decide(0);
    it.leave(2, 599 * second);
    BOOST_CHECK_EQUAL(it.decide(599 * second), "hold 2 (3 of 4)");
    Guarded later_on{4};
    later_on.gone(2, 0);
    later_on.leave(2, 601 * second);
    BOOST_CHECK_EQUAL(later_on.decide(601 * second), "remove 2");
}

BOOST_AUTO_TEST_CASE(missing_members_count_as_removed) {
    Guarded it{4};
    it.missing = 2;
    it.leave(0, 0);
    BOOST_CHECK_EQUAL(it.decide(0), "hold 0 (3 of 4)");
}

BOOST_AUTO_TEST_CASE(each_member_is_held_for_the_whole_hold_time) {
    Guarded it{4};
    for (std::uint32_t entry = 0; entry < 3; ++entry) it.leave(entry, 0);
    BOOST_CHECK_EQUAL(it.decide(0), "hold 0 (3 of 4), hold 1 (3 of 4), hold 2 (3 of 4)");
    it.leave(3, 100 * second);
    BOOST_CHECK_EQUAL(it.decide(100 * second), "hold 3 (4 of 4)");
    BOOST_CHECK_EQUAL(it.guard.next_deadline(it.policy), 600 * second);
    BOOST_CHECK_EQUAL(it.decide(600 * second - 1), "");
    BOOST_CHECK_EQUAL(it.decide(600 * second), "remove_guarded 0, remove_guarded 1, remove_guarded 2");
    BOOST_CHECK_EQUAL(it.guard.next_deadline(it.policy), 700 * second);
}

BOOST_AUTO_TEST_CASE(after_enough_have_returned_the_others_get_grace_again) {
    Guarded it{4};
    for (std::uint32_t entry = 0; entry < 3; ++entry) it.leave(entry, 0);
    it.decide(0);
    it.come_back(0);
    it.come_back(1);
    BOOST_CHECK_EQUAL(it.decide(10 * second), "");
    BOOST_CHECK_EQUAL(it.guard.next_deadline(it.policy), 70 * second);
    BOOST_CHECK_EQUAL(it.decide(70 * second), "remove 2");
}

BOOST_AUTO_TEST_CASE(a_new_reason_to_hold_restarts_the_hold) {
    Guarded it{4};
    for (std::uint32_t entry = 0; entry < 3; ++entry) it.leave(entry, 0);
    it.decide(0);
    it.come_back(0);
    it.decide(10 * second);
    it.leave(0, 20 * second);
    BOOST_CHECK_EQUAL(it.decide(20 * second), "hold 0 (3 of 4)");
    BOOST_CHECK_EQUAL(it.guard.next_deadline(it.policy), 600 * second);
}

BOOST_AUTO_TEST_CASE(held_members_without_a_link_are_limited_by_max_peers) {
    Policy policy = terms();
    policy.max_peers = 1;
    Guarded it{3, policy};
    it.linked = {MemberId{0}};
    for (std::uint32_t entry = 0; entry < 3; ++entry) it.leave(entry, 0);
    BOOST_CHECK_EQUAL(it.decide(0), "hold 0 (3 of 3), hold 1 (3 of 3), hold 2 (3 of 3), remove 1, remove 2");
}

BOOST_AUTO_TEST_CASE(a_member_claimed_again_before_the_decision_is_not_removed) {
    Guarded it{4};
    it.leave(0, 0);
    it.leave(1, 0);
    it.come_back(0);
    BOOST_CHECK_EQUAL(it.decide(0), "remove 1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
