// SPDX-License-Identifier: MIT
//
// Names alone: claims and what they count as, which names wait to be decided, and when one is forgotten.
#include <core/cluster/membership/member_table.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(member_table)

namespace {

struct Names {
    MemberId acquire(std::string_view name) { return table->acquire(name, naming_rules); }
    std::string touched() {
        std::string names;
        table->take_touched([&](MemberId id) { names += table->text(id); });
        return names;
    }

    Policy policy;
    NamingRules naming_rules{policy};
    Interner interner;
    std::optional<MemberTable> table{std::in_place, interner};
};

constexpr RecordId r0{0}, r1{1}, r2{2};

} // namespace

BOOST_AUTO_TEST_CASE(claims_are_counted_by_contribution) {
    Names names;
    MemberTable &table = *names.table;
    const MemberId a = names.acquire("a");
    for (const RecordId record : {r0, r1, r2}) table.claim(a, record);
    BOOST_CHECK(table.set_contribution(a, r1, Contribution::present));
    BOOST_CHECK(!table.set_contribution(a, r1, Contribution::present));
    BOOST_CHECK(table.set_contribution(a, r2, Contribution::missing));
    BOOST_CHECK_EQUAL(table[a].counts.present, 1U);
    BOOST_CHECK_EQUAL(table[a].counts.missing, 1U);
    BOOST_CHECK(table.first_claim(a, Contribution::missing) == r2);
    BOOST_CHECK(table.first_claim(a, Contribution::aside) == RecordId::none);
    table.set_contribution(a, r2, Contribution::present);
    BOOST_CHECK_EQUAL(table[a].counts.present, 2U);
    BOOST_CHECK_EQUAL(table[a].counts.missing, 0U);
    table.unclaim(a, r1);
    BOOST_CHECK_EQUAL(table[a].counts.present, 1U);
    BOOST_CHECK(table[a].claims.first() == r0 && table.next_claim(r0) == r2);
}

BOOST_AUTO_TEST_CASE(a_touched_name_is_queued_once) {
    Names names;
    const MemberId a = names.acquire("a");
    const MemberId b = names.acquire("b");
    names.table->claim(b, r0);
    names.table->claim(a, r1);
    names.table->set_contribution(b, r0, Contribution::present);
    BOOST_CHECK(names.table->any_touched());
    BOOST_CHECK_EQUAL(names.touched(), "ba");
    BOOST_CHECK_EQUAL(names.touched(), "");
}

BOOST_AUTO_TEST_CASE(members_follow_from_states) {
    Names names;
    MemberTable &table = *names.table;
    const MemberId a = names.acquire("a");
    const MemberId b = names.acquire("b");
    table.set_state(a, MemberState::wanted, 1);
    table.set_state(b, MemberState::remembered, 1);
    BOOST_CHECK_EQUAL(table.members(), 2U);
    BOOST_CHECK_EQUAL(table.remembered(), 1U);
    table.set_state(a, MemberState::missing, 2);
    BOOST_CHECK_EQUAL(table.missing(), 1U);
    BOOST_CHECK_EQUAL(table[a].since, 2U);
    table.set_state(a, MemberState::gone, 3);
    table.set_state(b, MemberState::outside, 3);
    BOOST_CHECK_EQUAL(table.members(), 0U);
    BOOST_CHECK_EQUAL(table.missing() + table.remembered(), 0U);
}

BOOST_AUTO_TEST_CASE(an_unused_name_is_forgotten) {
    Names names;
    MemberTable &table = *names.table;
    const MemberId a = names.acquire("a");
    BOOST_CHECK(names.acquire("a") == a);
    table.claim(a, r0);
    names.touched();
    table.forget(a);
    table.sweep();
    BOOST_CHECK(table.find("a") == a); // it is claimed
    table.unclaim(a, r0);
    table.forget(a);
    table.sweep();
    BOOST_CHECK(table.find("a") == a); // it waits to be decided
    names.touched();
    table.forget(a);
    table.sweep();
    BOOST_CHECK(table.find("a") == MemberId::none);
    BOOST_CHECK_EQUAL(names.interner.size(), 0U);
}

BOOST_AUTO_TEST_CASE(the_table_holds_references_to_its_names) {
    Names names;
    names.acquire("a");
    names.acquire("b");
    BOOST_CHECK_EQUAL(names.interner.size(), 2U);
    names.table.reset();
    BOOST_CHECK_EQUAL(names.interner.size(), 0U);
}

BOOST_AUTO_TEST_CASE(self_include_and_exclude_determine_the_verdict) {
    Policy policy;
    policy.self = {"me@*"};
    policy.include = {"app@*", "me@*", "node@1"};
    policy.exclude = {"*@bad"};
    NamingRules names{policy};
    names.set_self("node@1");
    BOOST_CHECK(names.judge("app@1") == Verdict::accepted);
    BOOST_CHECK(names.judge("node@1") == Verdict::self);
    BOOST_CHECK(names.judge("me@bad") == Verdict::self); // who it is comes first
    BOOST_CHECK(names.judge("app@bad") == Verdict::excluded);
    BOOST_CHECK(names.judge("other@1") == Verdict::excluded);
    policy.include.clear();
    BOOST_CHECK(names.judge("other@1") == Verdict::accepted);
    std::string name;
    policy.name = "x@{key}";
    BOOST_CHECK_EQUAL(names.name_of({"k", "n", {}, 0}, name), "");
    BOOST_CHECK_EQUAL(name, "n");
    names.template_changed();
    BOOST_CHECK_EQUAL(names.name_of({"k", "n", {}, 0}, name), "");
    BOOST_CHECK_EQUAL(name, "x@k");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
