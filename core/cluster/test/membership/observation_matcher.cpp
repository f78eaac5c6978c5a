// SPDX-License-Identifier: MIT
//
// Which record each peer of an observation is.
#include <core/cluster/base/random.hpp>
#include <core/cluster/membership/observation_matcher.hpp>
#include <core/cluster/membership/record_table.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(observation_matcher)

namespace {

struct Observed {
    Observed() { source = table.add_source(); }
    Status match(const std::vector<PeerView> &peers) { return matcher.match(table, source, peers); }

    RecordTable table;
    ObservationMatcher matcher;
    SourceId source{};
};

PeerView peer(std::string_view key, std::string_view name = "n") { return {key, name, {}, 0}; }

} // namespace

BOOST_AUTO_TEST_CASE(known_new_and_changed_peers) {
    Observed it;
    const RecordId a = it.table.add(it.source, peer("a"), Presence::present);
    it.table[a].entry = MemberId{7};
    const RecordId b = it.table.add(it.source, peer("b"), Presence::present); // without a name
    const RecordId c = it.table.add(it.source, peer("c"), Presence::remembered);
    BOOST_REQUIRE(it.match({peer("c"), peer("b", "m"), peer("d"), peer("a")}));
    const auto matches = it.matcher.matches();
    BOOST_CHECK(matches[0].record == c && matches[0].same && !matches[0].settled);
    BOOST_CHECK(matches[1].record == b && !matches[1].same && !matches[1].settled);
    BOOST_CHECK(matches[2].record == RecordId::none);
    BOOST_CHECK(matches[3].record == a && matches[3].same && matches[3].settled);
    for (const RecordId id : {a, b, c}) BOOST_CHECK(it.table.observed(id));
    BOOST_REQUIRE(it.match({peer("a")}));
    BOOST_CHECK(!it.table.observed(b));
}

BOOST_AUTO_TEST_CASE(invalid_observations_are_refused) {
    Observed it;
    it.table.add(it.source, peer("a"), Presence::present);
    BOOST_CHECK_EQUAL(it.match({peer("a"), peer("a")}).text, "the key \"a\" is there twice; a key stands for one peer");
    BOOST_CHECK_EQUAL(it.match({peer("b"), peer("c"), peer("b")}).text,
                      "the key \"b\" is there twice; a key stands for one peer");
    const Status refused = it.match({peer("a"), peer("")});
    BOOST_CHECK_EQUAL(refused.text, "a peer has no key");
    BOOST_CHECK_EQUAL(refused.status, KITH_INVALID);
    BOOST_CHECK_EQUAL(it.table.size(), 1U);
}

// More than are looked up at a time, in any order.
BOOST_AUTO_TEST_CASE(many_peers_in_any_order) {
    Observed it;
    std::vector<std::string> keys;
    for (int i = 0; i < 200; ++i) keys.push_back("key-" + std::to_string(i));
    std::vector<RecordId> ids;
    for (std::size_t i = 0; i < 150; ++i) ids.push_back(it.table.add(it.source, peer(keys[i]), Presence::present));
    Random random{1};
    for (int round = 0; round < 20; ++round) {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < keys.size(); ++i) order.push_back(i);
        for (std::size_t i = order.size(); i > 1 && round > 0; --i) std::swap(order[i - 1], order[random.below(i)]);
        std::vector<PeerView> peers;
        for (const std::size_t i : order) peers.push_back(peer(keys[i]));
        BOOST_REQUIRE(it.match(peers));
        for (std::size_t i = 0; i < order.size(); ++i)
            BOOST_REQUIRE(it.matcher.matches()[i].record == (order[i] < 150 ? ids[order[i]] : RecordId::none));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
