// SPDX-License-Identifier: MIT
//
// Records alone: what is counted, listed and found as they come, go missing and end; and the lists they are made of.
#include <core/cluster/membership/record_table.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(record_table)

namespace {

struct Table : RecordTable {
    Table() : one(add_source()), two(add_source()) {}

    RecordId add_peer(SourceId source, std::string_view key, Presence presence = Presence::present) {
        return add(source, {key, key, {}, 0}, presence);
    }
    // The keys of a source in their order.
    std::string keys_of(SourceId source) const {
        std::string keys;
        each(source, [&](RecordId id) { keys += (*this)[id].peer.key(); });
        return keys;
    }
    std::string missing_of(SourceId source) const {
        std::string keys;
        absences().each(source, [&](RecordId id) { keys += (*this)[id].peer.key(); });
        return keys;
    }
    std::string learnt_keys() {
        std::string keys;
        for (RecordId id = learnt().first(); id != RecordId::none; id = learnt().next(id)) keys += (*this)[id].peer.key();
        return keys;
    }

    SourceId one, two;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_key_belongs_to_its_source) {
    Table table;
    const RecordId a = table.add_peer(table.one, "a");
    const RecordId other = table.add_peer(table.two, "a");
    BOOST_CHECK(table.find(table.one, "a") == a);
    BOOST_CHECK(table.find(table.two, "a") == other);
    BOOST_CHECK(table.find(table.one, "b") == RecordId::none);
    table.remove(a);
    BOOST_CHECK(table.find(table.one, "a") == RecordId::none);
    BOOST_CHECK(table.find(table.two, "a") == other);
    BOOST_CHECK(table.add_peer(table.one, "c") == a); // its number is used again
}

BOOST_AUTO_TEST_CASE(present_and_remembered_records_are_counted) {
    Table table;
    const RecordId a = table.add_peer(table.one, "a");
    table.add_peer(table.two, "b");
    const RecordId c = table.add_peer(table.one, "c", Presence::remembered);
    BOOST_CHECK_EQUAL(table.present(), 2U);
    BOOST_CHECK_EQUAL(table.present(table.one), 1U);
    BOOST_CHECK_EQUAL(table.remembered(table.one), 1U);
    table.make_missing(a, {10, 1, LossCause::missed});
    BOOST_CHECK_EQUAL(table.present(table.one), 0U);
    BOOST_CHECK_EQUAL(table.absences().size(), 1U);
    table.make_present(a);
    table.make_present(c);
    BOOST_CHECK_EQUAL(table.present(table.one), 2U);
    BOOST_CHECK_EQUAL(table.remembered(), 0U);
    BOOST_CHECK_EQUAL(table.absences().size(), 0U);
    table.remove(a);
    table.remove(c);
    BOOST_CHECK_EQUAL(table.present(table.one), 0U);
    BOOST_CHECK_EQUAL(table.size(), 1U);
}

BOOST_AUTO_TEST_CASE(records_are_listed_in_order) {
    Table table;
    const RecordId a = table.add_peer(table.one, "a");
    const RecordId b = table.add_peer(table.one, "b");
    const RecordId c = table.add_peer(table.one, "c");
    for (const RecordId id : {c, a, b}) table.make_missing(id, {10, 1, LossCause::missed});
    for (const RecordId id : {b, c}) table.learnt().add(id);
    BOOST_CHECK_EQUAL(table.keys_of(table.one), "abc");
    BOOST_CHECK_EQUAL(table.missing_of(table.one), "cab");
    BOOST_CHECK_EQUAL(table.learnt_keys(), "bc");
    table.make_present(a);
    BOOST_CHECK_EQUAL(table.missing_of(table.one), "cb");
    table.learnt().remove(a); // it was not in it
    table.remove(b);
    BOOST_CHECK_EQUAL(table.keys_of(table.one), "ac");
    BOOST_CHECK_EQUAL(table.missing_of(table.one), "c");
    BOOST_CHECK_EQUAL(table.learnt_keys(), "c");
}

BOOST_AUTO_TEST_CASE(a_record_of_a_renamed_key_is_missing_and_not_found_by_its_key) {
    Table table;
    const RecordId a = table.add_peer(table.one, "a");
    const RecordId ghost = table.add_ghost(a, {10, 3, LossCause::renamed});
    BOOST_CHECK(table[ghost].presence == Presence::ghost);
    BOOST_CHECK_EQUAL(table[ghost].peer.key(), "a");
    BOOST_CHECK(table.find(table.one, "a") == a);
    BOOST_CHECK_EQUAL(table.keys_of(table.one), "a");
    BOOST_CHECK_EQUAL(table.missing_of(table.one), "a");
    BOOST_CHECK_EQUAL(table.absences()[ghost].observation, 3U);
    BOOST_CHECK_EQUAL(table.present(table.one), 1U);
    table.remove(ghost);
    BOOST_CHECK_EQUAL(table.absences().size(), 0U);
    BOOST_CHECK(table.find(table.one, "a") == a);
}

BOOST_AUTO_TEST_CASE(a_missing_record_has_no_lease) {
    Table table;
    const RecordId a = table.add_peer(table.one, "a");
    table.leases().renew(table.one, a, 10, 10);
    table.make_missing(a, {5, 1, LossCause::missed});
    BOOST_CHECK(table.leases().take_expired(table.one, 100) == RecordId::none);
    std::vector<AttributeView> attributes;
    PeerView peer;
    BOOST_CHECK(table.describe(a, peer, attributes));
    BOOST_CHECK_EQUAL(peer.ttl, 10U);
    BOOST_CHECK(!table.describe(RecordId::none, peer, attributes));
}

BOOST_AUTO_TEST_CASE(a_peer_is_returned_as_it_was_stored) {
    Table table;
    const std::string longest(65'535, 'x'), one_more(65'536, 'x');
    const std::vector<AttributeView> stored{{"zone", "a"}, {longest, longest}, {"empty", ""}};
    const RecordId id = table.add(table.one, {longest, longest, stored, 0}, Presence::present);
    std::vector<AttributeView> attributes;
    PeerView peer;
    BOOST_REQUIRE(table.describe(id, peer, attributes));
    BOOST_CHECK(peer.key == longest && peer.name == longest);
    BOOST_REQUIRE_EQUAL(attributes.size(), stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i)
        BOOST_CHECK(attributes[i].name == stored[i].name && attributes[i].value == stored[i].value);
    BOOST_CHECK(table[id].peer.equals({longest, longest, stored, 0}));
    BOOST_CHECK_THROW(PackedPeer({one_more, "n", {}, 0}), std::length_error);
    BOOST_CHECK_THROW(PackedPeer({"k", one_more, {}, 0}), std::length_error);
    const std::vector<AttributeView> too_long{{"a", one_more}};
    BOOST_CHECK_THROW(PackedPeer({"k", "n", too_long, 0}), std::length_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
