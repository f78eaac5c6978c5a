// SPDX-License-Identifier: MIT
//
// Records and names together: who claims what when a record comes, changes its name, goes missing or is set aside.
#include <core/cluster/membership/claim_tracker.hpp>
#include <core/cluster/membership/member_table.hpp>
#include <core/cluster/membership/naming_rules.hpp>
#include <core/cluster/membership/record_table.hpp>
#include <core/cluster/membership/source_selection.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(claim_tracker)

namespace {

struct Claims {
    Claims() {
        policy.merge = Merge::first;
        for (int i = 0; i < 2; ++i) {
            sources.add(policy);
            records.add_source();
        }
    }
    RecordId add(std::string_view key, std::string_view name, SourceId source = SourceId{0}) {
        const PeerView peer{key, name, {}, 0};
        const RecordId id = records.add(source, peer, Presence::present);
        tracker.claim(id, peer, tally);
        return id;
    }
    void rename(RecordId id, std::string_view key, std::string_view name) {
        tracker.change_peer(id, {key, name, {}, 0}, false, 5, tally);
    }
    // "present missing remembered aside" of a name; "-" for one that nobody claims.
    std::string counts(std::string_view name) const {
        const MemberId id = names.find(name);
        if (id == MemberId::none || names[id].claims.empty()) return "-";
        const ClaimCounts &counts = names[id].counts;
        return std::to_string(counts.present) + std::to_string(counts.missing) + std::to_string(counts.remembered) +
               std::to_string(counts.aside);
    }
    LossCause cause(std::string_view name) const { return names[names.find(name)].cause; }

    Policy policy;
    NamingRules naming_rules{policy};
    Interner interner;
    SourceSelection sources;
    RecordTable records;
    MemberTable names{interner};
    ClaimTracker tracker{sources, records, names, naming_rules};
    ObservationTally tally;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_record_claims_the_name_of_the_naming_rules) {
    Claims it;
    it.add("k", "a");
    it.add("l", "");
    BOOST_CHECK_EQUAL(it.counts("a"), "1000");
    BOOST_CHECK_EQUAL(it.tally.unnamed, 1U);
    BOOST_CHECK_EQUAL(it.tally.unnamed_reason, "the strategy gives it no name and policy.name is not set");
}

BOOST_AUTO_TEST_CASE(a_key_with_another_name_leaves_the_old_one_missing) {
    Claims it;
    const RecordId id = it.add("k", "a");
    it.rename(id, "k", "b");
    BOOST_CHECK_EQUAL(it.counts("a"), "0100");
    BOOST_CHECK_EQUAL(it.counts("b"), "1000");
    BOOST_CHECK(it.cause("a") == LossCause::renamed);
    BOOST_CHECK_EQUAL(it.records.absences().size(), 1U);
    it.add("l", "a"); // the name is back under another key
    BOOST_CHECK_EQUAL(it.counts("a"), "1000");
    BOOST_CHECK_EQUAL(it.records.absences().size(), 0U);
}

BOOST_AUTO_TEST_CASE(a_record_without_a_name_leaves_its_old_name_missing) {
    Claims it;
    it.rename(it.add("k", "a"), "k", "");
    BOOST_CHECK_EQUAL(it.counts("a"), "0100");
    BOOST_CHECK(it.cause("a") == LossCause::unnamed);
}

BOOST_AUTO_TEST_CASE(new_attributes_of_the_same_name_are_noted) {
    Claims it;
    const RecordId id = it.add("k", "a");
    it.rename(id, "k", "a");
    BOOST_REQUIRE_EQUAL(it.tracker.noted().size(), 1U);
    BOOST_CHECK(it.tracker.noted()[0].kind == ChangeKind::updated && it.tracker.noted()[0].record == id);
    BOOST_CHECK_EQUAL(it.counts("a"), "1000");
}

BOOST_AUTO_TEST_CASE(two_keys_of_one_source_with_one_name_collide) {
    Claims it;
    it.add("k", "a");
    it.add("l", "a", SourceId{1}); // of another source: what a union is for
    BOOST_CHECK_EQUAL(it.tracker.collisions(), 0U);
    it.add("m", "a");
    BOOST_CHECK_EQUAL(it.tracker.collisions(), 1U);
    BOOST_CHECK(it.tracker.noted()[0].kind == ChangeKind::collision);
}

BOOST_AUTO_TEST_CASE(claims_of_a_source_not_in_use_are_counted_separately) {
    Claims it;
    const SourceId one{0}, two{1};
    it.add("k", "a", one);
    const RecordId other = it.add("k", "a", two);
    BOOST_CHECK_EQUAL(it.counts("a"), "1001");
    it.sources[two].observed(1, true);
    for (const SourceId source : it.sources.select(Merge::first, [](SourceId) { return false; })) it.tracker.update_all(source);
    BOOST_CHECK_EQUAL(it.counts("a"), "1001");
    it.records.make_missing(other, {1, 1, LossCause::expired});
    it.tracker.update(other);
    BOOST_CHECK_EQUAL(it.counts("a"), "0101");
    BOOST_CHECK(it.cause("a") == LossCause::expired);
    it.tracker.remove(other, LossCause::expired, 9);
    BOOST_CHECK_EQUAL(it.counts("a"), "0001");
}

BOOST_AUTO_TEST_CASE(the_peer_of_the_last_claim_is_stored) {
    Claims it;
    it.tracker.remove(it.add("k", "a"), LossCause::left, 7);
    const MemberEntry &entry = it.names[it.names.find("a")];
    BOOST_CHECK_EQUAL(entry.last_peer.key(), "k");
    BOOST_CHECK(entry.cause == LossCause::left);
    BOOST_CHECK_EQUAL(entry.missing_since, 7U);
}

BOOST_AUTO_TEST_CASE(a_new_template_renames_all_records_without_missing_names) {
    Claims it;
    const RecordId id = it.add("k", "a");
    it.rename(id, "k", "b");
    it.policy.name = "x@{key}";
    it.naming_rules.template_changed();
    it.tracker.rename_all();
    BOOST_CHECK_EQUAL(it.counts("a"), "-");
    BOOST_CHECK_EQUAL(it.counts("b"), "-");
    BOOST_CHECK_EQUAL(it.counts("x@k"), "1000");
    BOOST_CHECK(it.cause("b") == LossCause::policy);
    BOOST_CHECK_EQUAL(it.records.absences().size(), 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
