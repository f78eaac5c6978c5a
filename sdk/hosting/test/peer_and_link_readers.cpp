// SPDX-License-Identifier: MIT
#include <kith/hosting/peer_and_link_readers.hpp>
#include <kith/result.hpp>

#include <boost/test/unit_test.hpp>

#include <malloc.h>

#include <chrono>
#include <string>
#include <vector>

namespace {

using kith::str;

kith_peer peer(std::string_view key, std::string_view name = {}) {
    kith_peer out{};
    out.key = str(key);
    out.name = str(name);
    return out;
}

struct Fixture {
    kith::PeerReader reader;

    std::int32_t read(const std::vector<kith_peer> &peers) {
        return reader.read(peers.data(), static_cast<std::uint32_t>(peers.size()), sizeof(kith_peer));
    }
    bool says(std::string_view part) const { return reader.text().find(part) != std::string::npos; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(peer_and_link_readers, Fixture)

BOOST_AUTO_TEST_CASE(peers_are_read_as_given) {
    const kith_attribute attributes[] = {{str("zone"), str("a")}, {str("rack"), str("")}};
    std::vector<kith_peer> list = {peer("k1", "app@10.0.0.1"), peer("k2")};
    list[0].attributes = attributes;
    list[0].attribute_count = 2;
    list[0].ttl = 5;
    BOOST_TEST(read(list) == KITH_OK);
    BOOST_REQUIRE(reader.peers().size() == 2u);
    BOOST_TEST(reader.peers()[0].name == "app@10.0.0.1");
    BOOST_TEST(reader.peers()[0].ttl == 5u);
    BOOST_REQUIRE(reader.peers()[0].attributes.size() == 2u);
    BOOST_TEST(reader.peers()[0].attributes[1].name == "rack");
    BOOST_TEST(reader.peers()[1].attributes.empty());
    BOOST_TEST(read({}) == KITH_OK);
    BOOST_TEST(reader.peers().empty());
}

BOOST_AUTO_TEST_CASE(memory_of_a_large_set_is_freed) {
    const auto used = [] {
        const auto info = ::mallinfo2();
        return info.uordblks + info.hblkhd;
    };
    std::vector<std::string> keys;
    for (int i = 0; i < 20'000; ++i) keys.push_back("k" + std::to_string(i));
    std::vector<kith_peer> list;
    for (const std::string &key : keys) list.push_back(peer(key));
    const auto before = used();
    BOOST_TEST(read(list) == KITH_OK);
    const auto with = used();
    reader.shrink(20'000);
    BOOST_TEST(used() == with); // it needs all of it
    reader.shrink(100);
    BOOST_TEST(used() <= before + (with - before) / 50);
    BOOST_TEST(read(list) == KITH_OK);
    BOOST_TEST(reader.peers().size() == 20'000u);
}

BOOST_AUTO_TEST_CASE(invalid_and_repeated_keys_are_refused) {
    BOOST_TEST(read({peer("a"), peer("")}) == KITH_INVALID);
    BOOST_TEST(says("peer 1"));
    BOOST_TEST(says("empty"));
    BOOST_TEST(read({peer("a"), peer("b"), peer("a")}) == KITH_INVALID);
    BOOST_TEST(says("peer 2 (key \"a\"): peer 0 has the same key"));
    BOOST_TEST(reader.peers().empty());
    const std::string longest(1024, 'k');
    BOOST_TEST(read({peer(longest)}) == KITH_OK);
    BOOST_TEST(read({peer(longest + "k")}) == KITH_INVALID);
    BOOST_TEST(says("1025 bytes, at most 1024"));
    BOOST_TEST(read({peer("\xff")}) == KITH_INVALID);
    BOOST_TEST(says("not UTF-8"));
}

BOOST_AUTO_TEST_CASE(invalid_names_are_refused) {
    BOOST_TEST(read({peer("a", std::string(1025, 'n'))}) == KITH_INVALID);
    BOOST_TEST(says("the name"));
    BOOST_TEST(read({peer("a", "n\xc3")}) == KITH_INVALID);
    kith_peer null = peer("a");
    null.name.size = 3;
    BOOST_TEST(read({null}) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(invalid_and_repeated_attributes_are_refused) {
    for (const std::size_t count : {2u, 8u, 9u, 64u}) {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < count; ++i) names.push_back("attribute" + std::to_string(i));
        std::vector<kith_attribute> list;
        for (const auto &name : names) list.push_back({str(name), str("v")});
        kith_peer p = peer("a");
        p.attributes = list.data();
        p.attribute_count = static_cast<std::uint32_t>(count);
        BOOST_TEST(read({p}) == KITH_OK);
        list.back().name = list.front().name;
        BOOST_TEST(read({p}) == KITH_INVALID);
        BOOST_TEST(says("same name"));
    }
    kith_peer p = peer("a");
    p.attribute_count = 65;
    BOOST_TEST(read({p}) == KITH_INVALID);
    BOOST_TEST(says("65 attributes"));
    p.attribute_count = 1;
    BOOST_TEST(read({p}) == KITH_INVALID);

    const std::string name(257, 'n'), value(4097, 'v');
    kith_attribute one{str(std::string_view(name).substr(1)), str(std::string_view(value).substr(1))};
    p.attributes = &one;
    BOOST_TEST(read({p}) == KITH_OK);
    one.name = str(name);
    BOOST_TEST(read({p}) == KITH_INVALID);
    BOOST_TEST(says("the name of attribute 0 has 257 bytes"));
    one = {str("n"), str(value)};
    BOOST_TEST(read({p}) == KITH_INVALID);
    BOOST_TEST(says("the value of attribute 0 has 4097 bytes"));
}

BOOST_AUTO_TEST_CASE(a_later_and_larger_struct_is_read_by_its_stride) {
    struct Larger {
        kith_peer peer;
        std::uint64_t more;
    };
    const Larger list[] = {{peer("a"), 1}, {peer("b"), 2}};
    BOOST_TEST(reader.read(&list[0].peer, 2, sizeof(Larger)) == KITH_OK);
    BOOST_TEST(reader.peers()[1].key == "b");
    BOOST_TEST(reader.read(&list[0].peer, 2, sizeof(kith_peer) - 8) == KITH_INVALID);
    BOOST_TEST(reader.read(&list[0].peer, 2, sizeof(kith_peer) + 4) == KITH_INVALID);
    BOOST_TEST(reader.read(nullptr, 2, sizeof(kith_peer)) == KITH_INVALID);
    BOOST_TEST(reader.read(nullptr, 0, 0) == KITH_OK);
}

BOOST_AUTO_TEST_CASE(more_peers_than_max_peers_are_refused_as_a_whole) {
    const kith_peer list[] = {peer("a"), peer("b")};
    BOOST_TEST(reader.read(list, 2, sizeof(kith_peer), 1) == KITH_LIMIT);
    BOOST_TEST(says("max_peers"));
    BOOST_TEST(reader.peers().empty());
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_peers_are_read_in_bounded_time) {
    std::vector<std::string> keys;
    for (int i = 0; i < 100'000; ++i) keys.push_back("app-" + std::to_string(1'000'000 + i) + "@node.example.internal");
    const kith_attribute attributes[] = {
        {str("zone"), str("eu-1a")}, {str("rack"), str("17")}, {str("version"), str("1.2.3")}, {str("role"), str("worker")}};
    std::vector<kith_peer> list;
    for (const auto &key : keys) {
        list.push_back(peer(key, key));
        list.back().attributes = attributes;
        list.back().attribute_count = 4;
    }
    BOOST_TEST(read(list) == KITH_OK);
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(read(list) == KITH_OK);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    BOOST_TEST_MESSAGE("100,000 peers with 4 attributes: " << took.count() << " ms");
    BOOST_TEST(reader.peers().size() == 100'000u);
    list.back().key = list.front().key;
    BOOST_TEST(read(list) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(arrays_of_links_are_read_and_checked) {
    kith::LinkReader link_reader;
    kith_link list[2]{};
    list[0].name = str("a");
    list[1].name = str("b");
    BOOST_TEST(link_reader.read(list, 2, sizeof(kith_link)) == KITH_OK);
    BOOST_TEST(link_reader.links()[1].name == "b");
    list[1].name = str("a");
    BOOST_TEST(link_reader.read(list, 2, sizeof(kith_link)) == KITH_INVALID);
    BOOST_TEST(link_reader.text().find("\"a\"") != std::string::npos);
    list[1].name = {};
    BOOST_TEST(link_reader.read(list, 2, sizeof(kith_link)) == KITH_INVALID);
    list[1].name = str("b");
    list[1].attribute_count = 17;
    BOOST_TEST(link_reader.read(list, 2, sizeof(kith_link)) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(lists_of_keys_are_read_and_checked) {
    kith::PeerReader update;
    const kith_str keys[] = {str("a"), {}}, bad[] = {{nullptr, 1}};
    for (int twice = 0; twice < 2; ++twice) {
        BOOST_TEST(update.read_update(nullptr, 0, sizeof(kith_peer), keys, 2, keys, 1) == KITH_OK);
        BOOST_TEST(update.peers().empty());
        BOOST_TEST(update.missing().size() == 2u);
        BOOST_TEST(update.left().size() == 1u);
        BOOST_TEST(update.left()[0] == "a");
    }
    BOOST_TEST(update.read_update(nullptr, 0, sizeof(kith_peer), nullptr, 1, keys, 2) == KITH_INVALID);
    BOOST_TEST(update.read_update(nullptr, 0, sizeof(kith_peer), keys, 2, bad, 1) == KITH_INVALID);
    BOOST_TEST(update.text().find("`missing` or `left`") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
