// SPDX-License-Identifier: MIT
#include <core/cluster/base/random.hpp>
#include <core/cluster/membership/key_index.hpp>

#include <boost/test/unit_test.hpp>

#include <map>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(key_index)

// Keys are numbers here, and hashes so bad that most of them collide, at the table's end too.
BOOST_AUTO_TEST_CASE(results_equal_those_of_a_map_with_hash_collisions) {
    for (const std::size_t hashes : {std::size_t{1}, std::size_t{5}, std::size_t{40}, std::size_t{1'000'000}}) {
        Random random{hashes};
        KeyIndex index;
        std::map<std::uint32_t, std::size_t> known;
        const auto hash_of = [&](std::uint32_t id) { return std::size_t{0} - 3 + (id * std::size_t{2654435761U}) % hashes; };
        const auto find = [&](std::uint32_t id) {
            return index.find(hash_of(id), [&](std::uint32_t other) { return other == id; });
        };
        for (int step = 0; step < 5'000; ++step) {
            const auto id = static_cast<std::uint32_t>(random.below(300));
            if (known.contains(id)) {
                index.erase(hash_of(id), id);
                known.erase(id);
            } else {
                index.insert(hash_of(id), id);
                known[id] = hash_of(id);
            }
            BOOST_REQUIRE_EQUAL(index.size(), known.size());
            if (step % 50 != 0) continue;
            for (std::uint32_t other = 0; other < 300; ++other)
                BOOST_REQUIRE_EQUAL(find(other), known.contains(other) ? other : KeyIndex::none);
        }
    }
}

BOOST_AUTO_TEST_CASE(candidate_returns_a_record_with_the_hash) {
    KeyIndex index;
    BOOST_CHECK_EQUAL(index.candidate(7), KeyIndex::none);
    index.insert(7, 1);
    index.insert(7, 2);
    BOOST_CHECK_EQUAL(index.candidate(7), 1U);
    BOOST_CHECK_EQUAL(index.candidate(8), KeyIndex::none);
    index.erase(7, 1);
    BOOST_CHECK_EQUAL(index.candidate(7), 2U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
