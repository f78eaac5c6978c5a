// SPDX-License-Identifier: MIT
#include <kith/packed_peers.hpp>
#include <kith/peer.hpp>

#include <boost/test/unit_test.hpp>

#include <random>

namespace {

std::string text(const kith_peer &peer) {
    std::string out(kith::view(peer.key));
    out.append("|").append(kith::view(peer.name));
    for (std::uint32_t i = 0; i < peer.attribute_count; ++i)
        out.append("|").append(kith::view(peer.attributes[i].name)).append("=").append(kith::view(peer.attributes[i].value));
    return out;
}

std::string text(const kith::peer &peer) {
    std::string out = peer.key + "|" + peer.name;
    for (const auto &one : peer.attributes) out += "|" + one.name + "=" + one.value;
    return out;
}

kith::peer some_peer(std::mt19937_64 &random, int number) {
    const auto word = [&](std::size_t most) { return std::string(random() % most, static_cast<char>('a' + random() % 3)); };
    kith::peer out{.key = "key" + std::to_string(number), .name = word(random() % 50 == 0 ? 100'000 : 40)};
    const auto attributes = random() % (random() % 20 == 0 ? 64 : 6);
    for (std::size_t i = 0; i < attributes; ++i) out.attributes.push_back({"a" + std::to_string(i), word(30)});
    return out;
}

void add(kith::packed_peers &to, const kith::peer &peer) {
    to.add(peer.key, peer.name);
    for (const auto &one : peer.attributes) to.attribute(one.name, one.value);
}

} // namespace

BOOST_AUTO_TEST_SUITE(packed_peers)

BOOST_AUTO_TEST_CASE(added_and_appended_peers_are_stored) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        std::mt19937_64 random(seed);
        kith::packed_peers packed, second;
        std::vector<std::string> expected, behind;
        for (int i = 0; i < 2'000; ++i) {
            const kith::peer peer = some_peer(random, i);
            const bool first = random() % 3 != 0;
            add(first ? packed : second, peer);
            (first ? expected : behind).push_back(text(peer));
        }
        const auto odd = [i = 0](const kith_peer &) mutable { return i++ % 2 == 1; };
        packed.erase_if(odd);
        std::erase_if(expected, [i = 0](const auto &) mutable { return i++ % 2 == 1; });
        packed.append(std::move(second));
        expected.insert(expected.end(), behind.begin(), behind.end());
        for (int i = 0; i < 100; ++i) { // it goes on behind the other's
            const kith::peer peer = some_peer(random, 10'000 + i);
            add(packed, peer);
            expected.push_back(text(peer));
        }
        BOOST_REQUIRE(packed.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) BOOST_REQUIRE(text(packed.all()[i]) == expected[i]);
    }
}

BOOST_AUTO_TEST_CASE(a_new_list_is_empty) {
    kith::packed_peers none;
    BOOST_TEST(none.empty());
    BOOST_TEST(none.all().empty());
    none.append(kith::packed_peers());
    none.add("", "");
    BOOST_TEST(none.size() == 1u);
    BOOST_TEST(text(none.all()[0]) == "|");
}

BOOST_AUTO_TEST_SUITE_END()
