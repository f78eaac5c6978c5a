// SPDX-License-Identifier: MIT
#include "membership_by_hand.hpp"

using namespace kith::mesh;
using namespace kith::mesh::test;

BOOST_FIXTURE_TEST_SUITE(membership, MembershipFixture)

BOOST_AUTO_TEST_CASE(two_observers_are_needed_and_then_it_is_down) {
    join({"a@h", "b@h", "c@h", "d@h"});
    BOOST_TEST((take(about("a@h", 2, FactKind::accused, "d@h")) == Applied::news));
    BOOST_TEST(settled() == "");
    BOOST_TEST((take(about("a@h", 2, FactKind::accused, "d@h")) == Applied::known));
    BOOST_TEST(settled() == "");
    take(about("b@h", 2, FactKind::accused, "d@h"));
    const auto changes = here.settle();
    BOOST_REQUIRE(changes.size() == 1u);
    BOOST_TEST(!changes[0].up);
    BOOST_TEST(changes[0].reason == "a@h: refused; b@h: refused");
}

BOOST_AUTO_TEST_CASE(silence_takes_five_observers_or_all_of_them) {
    join({"a@h", "b@h", "c@h", "d@h", "e@h", "f@h", "g@h"});
    const auto silent = [&](std::string_view origin, std::string_view subject, std::uint32_t number) {
        Fact fact = about(origin, number, FactKind::accused, subject);
        fact.conclusive = false;
        take(fact);
    };
    for (const char *each : {"a@h", "b@h", "c@h", "d@h"}) silent(each, "g@h", 2);
    BOOST_TEST(settled() == "");
    silent("e@h", "g@h", 2);
    BOOST_TEST(settled() == "-g@h");
    take(of("f@h", 2, FactKind::left));
    take(of("e@h", 3, FactKind::left));
    settled();
    silent("a@h", "d@h", 3); // whose observers are a, b, c and this member
    silent("b@h", "d@h", 3);
    silent("c@h", "d@h", 3);
    BOOST_TEST(settled() == "");
    here.accuse(*names.find("d@h"), "silent", false);
    BOOST_TEST(settled() == "-d@h");
}

BOOST_AUTO_TEST_CASE(an_accusation_that_was_cleared_does_not_count) {
    join({"a@h", "b@h", "c@h"});
    take(about("a@h", 2, FactKind::accused, "c@h"));
    take(about("a@h", 3, FactKind::cleared, "c@h"));
    take(about("b@h", 2, FactKind::accused, "c@h"));
    BOOST_TEST(settled() == "");
    BOOST_TEST((take(about("a@h", 2, FactKind::accused, "c@h")) == Applied::known)); // an old copy
    BOOST_TEST(settled() == "");
}

BOOST_AUTO_TEST_CASE(facts_may_overtake_each_other) {
    join({"a@h", "b@h", "c@h"});
    BOOST_TEST((take(about("a@h", 3, FactKind::cleared, "c@h")) == Applied::news));
    BOOST_TEST((take(about("a@h", 2, FactKind::accused, "c@h")) == Applied::known)); // superseded
    BOOST_TEST(here.complete(*names.find("a@h")) == 3u);
    BOOST_TEST((take(about("a@h", 5, FactKind::accused, "b@h")) == Applied::news));
    BOOST_TEST(here.complete(*names.find("a@h")) == 3u);
    take(about("a@h", 4, FactKind::accused, "c@h"));
    BOOST_TEST(here.complete(*names.find("a@h")) == 5u);
}

BOOST_AUTO_TEST_CASE(once_down_only_the_member_itself_brings_it_back) {
    join({"a@h", "b@h", "c@h"});
    take(about("a@h", 2, FactKind::accused, "c@h"));
    take(about("b@h", 2, FactKind::accused, "c@h"));
    BOOST_TEST(settled() == "-c@h");
    take(about("a@h", 3, FactKind::cleared, "c@h"));
    take(about("b@h", 3, FactKind::cleared, "c@h"));
    BOOST_TEST(settled() == "");
    take(of("a@h", 1, FactKind::joined, 11)); // the accuser has started anew
    BOOST_TEST(settled() == "-a@h +a@h");
    BOOST_TEST((take(of("c@h", 1)) == Applied::known));
    BOOST_TEST((take(of("c@h", 2)) == Applied::news));
    BOOST_TEST(settled() == "+c@h");
    take(about("b@h", 4, FactKind::accused, "c@h", 1)); // made before
    take(about("a@h", 2, FactKind::accused, "c@h", 1));
    BOOST_TEST(settled() == "");
}

BOOST_AUTO_TEST_CASE(an_observer_accuses_a_member_that_is_down_when_the_evidence_is_gone) {
    join({"a@h", "b@h", "c@h", "d@h"});
    const NodeId subject = *names.find("d@h");
    for (const char *each : {"a@h", "b@h"}) take(about(each, 2, FactKind::accused, "d@h"));
    BOOST_TEST(settled() == "-d@h");
    BOOST_TEST(!here.disputed(subject));
    BOOST_TEST(!here.accuse(subject, "silent", false).has_value());
    take(of("b@h", 3)); // it states anew that it is alive, so a third member that learns all now believes d up
    BOOST_TEST(settled() == "");
    BOOST_TEST(here.disputed(subject));
    BOOST_TEST(here.accuse(subject, "silent", false).has_value());
    BOOST_TEST(here.accused_by_self(subject));
    BOOST_TEST(settled() == "");
}

BOOST_AUTO_TEST_CASE(what_an_observer_said_before_it_was_down_itself_does_not_count) {
    join({"a@h", "b@h", "c@h", "d@h"});
    take(about("a@h", 2, FactKind::accused, "d@h"));
    take(of("a@h", 3));
    take(about("b@h", 2, FactKind::accused, "d@h"));
    BOOST_TEST(settled() == "");
    take(about("a@h", 4, FactKind::accused, "d@h"));
    BOOST_TEST(settled() == "-d@h");
}

BOOST_AUTO_TEST_CASE(a_later_run_replaces_the_earlier_one_and_its_accusations) {
    join({"a@h", "b@h", "c@h"});
    take(about("a@h", 2, FactKind::accused, "c@h"));
    BOOST_TEST((take(of("c@h", 1, FactKind::joined, 20)) == Applied::news));
    take(about("b@h", 2, FactKind::accused, "c@h")); // of the run before
    BOOST_TEST(settled() == "-c@h +c@h");
    BOOST_TEST((take(of("c@h", 9)) == Applied::old_run));
    BOOST_TEST(settled() == "");
    BOOST_TEST((here.run(*names.find("c@h")) == Run{20, 1}));
}

BOOST_AUTO_TEST_CASE(leaving_and_restarting_are_down_at_once) {
    join({"a@h", "b@h"});
    take(of("a@h", 2, FactKind::left));
    take(of("b@h", 2, FactKind::restarting));
    const auto changes = here.settle();
    BOOST_REQUIRE(changes.size() == 2u);
    BOOST_TEST(changes[0].reason == "it has left");
    BOOST_TEST(changes[1].reason == "it is restarting");
    BOOST_TEST((here.state(*names.find("b@h")) == State::restarting));
}

BOOST_AUTO_TEST_CASE(nobody_speaks_for_this_member) {
    join({"a@h"});
    BOOST_TEST((take(of("me@h", 99)) == Applied::known));
    BOOST_TEST((take(of("me@h", 1, FactKind::left, 99)) == Applied::own_name));
    BOOST_TEST((here.state(here.self()) == State::up));
}

BOOST_AUTO_TEST_CASE(accusations_from_members_that_do_not_observe_the_subject_do_not_count) {
    std::vector<std::string> all;
    for (int i = 0; i < 300; ++i) all.push_back("n" + std::to_string(i) + "@h");
    for (const auto &each : all) take(of(each, 1));
    here.settle();
    const NodeId subject = *names.find("n5@h");
    const auto present = [&](NodeId id) { return id == here.self() || here.present(id); };
    std::vector<std::string> entitled, others;
    for (const auto &each : all) {
        const NodeId id = *names.find(each);
        if (id != subject)
            (here.rings().entitled(id, subject, here.present_count(), present) ? entitled : others).push_back(each);
    }
    for (const auto &each : others) BOOST_TEST((take(about(each, 2, FactKind::accused, "n5@h")) == Applied::not_entitled));
    BOOST_TEST(settled() == "");
    take(about(entitled[0], 2, FactKind::accused, "n5@h"));
    BOOST_TEST(settled() == "");
    take(about(entitled[1], 2, FactKind::accused, "n5@h"));
    BOOST_TEST(settled() == "-n5@h");
}

BOOST_AUTO_TEST_CASE(the_only_observer_suffices_and_one_that_cannot_be_reached_is_none) {
    join({"a@h"});
    here.accuse(*names.find("a@h"), "silent", false);
    BOOST_TEST(settled() == "-a@h");
    take(of("a@h", 2));
    join({"b@h"});
    settled();
    here.accuse(*names.find("a@h"), "silent", false); // b could accuse it too
    BOOST_TEST(settled() == "");
    here.accuse(*names.find("b@h"), "silent", false); // and cannot be reached: nobody else is left
    BOOST_TEST(settled() == "-a@h -b@h");
}

BOOST_AUTO_TEST_CASE(a_hundred_facts_in_a_second_are_taken_from_one_origin) {
    join({"a@h", "b@h"});
    now = 200s;
    std::size_t taken = 0;
    for (std::uint32_t i = 2; i < 302; ++i)
        taken += here.apply(about("a@h", i, i % 2 == 0 ? FactKind::accused : FactKind::cleared, "b@h"), now) == Applied::news
                     ? 1U
                     : 0U;
    BOOST_TEST(taken == 100u);
    BOOST_TEST((here.apply(about("a@h", 303, FactKind::accused, "b@h"), now + 1s) == Applied::news));
}

BOOST_AUTO_TEST_CASE(names_are_bounded) {
    NameTable own(8);
    Membership small(own, 16, "me@h", {10, 1}, {}, {.members = 3});
    BOOST_TEST((small.apply(of("a@h", 1), now) == Applied::news));
    BOOST_TEST((small.apply(of("b@h", 1), now) == Applied::news));
    BOOST_TEST((small.apply(of("c@h", 1), now) == Applied::too_many));
    BOOST_TEST((small.apply(about("a@h", 2, FactKind::accused, "d@h"), now) == Applied::too_many));
    BOOST_TEST(own.size() == 3u);
}

BOOST_AUTO_TEST_CASE(documents_and_digests_bring_two_members_to_the_same_state) {
    NameTable own(8);
    Membership there(own, 16, "other@h", {10, 2}, {"", 4747}, {});
    join({"a@h", "b@h", "c@h", "d@h"});
    take(about("a@h", 2, FactKind::accused, "b@h"));
    take(about("a@h", 3, FactKind::accused, "c@h"));
    take(about("a@h", 4, FactKind::cleared, "c@h"));
    there.apply(about("a@h", 3, FactKind::accused, "c@h"), now); // it has missed the other two
    BOOST_TEST((here.digest() != there.digest()));
    for (int round = 0; round < 2; ++round) {
        for (const auto &[from, to] : {std::pair(&here, &there), std::pair(&there, &here)}) {
            std::vector<Membership::Entry> theirs;
            to->list(~std::uint64_t{0}, theirs);
            std::vector<NodeId> newer;
            from->compare(~std::uint64_t{0}, theirs, newer);
            for (const NodeId id : newer) {
                std::string bytes;
                BOOST_REQUIRE(from->encode_document(id, bytes));
                Reader in(bytes);
                to->apply(*read_document(in));
            }
        }
    }
    here.settle();
    there.settle();
    BOOST_TEST((here.digest() == there.digest()));
    BOOST_TEST(there.up_count() == 5u);
    for (Membership *each : {&here, &there}) each->apply(about("d@h", 2, FactKind::accused, "b@h"), now);
    BOOST_TEST(settled() == "-b@h");
    BOOST_TEST(there.settle().size() == 1u); // the accusation of a came with its document
    BOOST_TEST((there.state(*own.find("c@h")) == State::up));
}

BOOST_AUTO_TEST_CASE(a_member_that_the_policy_has_parted_from_is_no_link_until_it_is_wanted_again) {
    join({"a@h", "b@h"});
    const NodeId id = *names.find("a@h");
    here.part(id);
    BOOST_TEST(settled() == "-a@h");
    BOOST_TEST(!here.present(id));
    take(of("a@h", 2));
    BOOST_TEST(settled() == "");
    here.want(id, {});
    BOOST_TEST(settled() == "+a@h");
    BOOST_TEST(here.present(id));
}

BOOST_AUTO_TEST_SUITE_END()
