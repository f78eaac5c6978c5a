// SPDX-License-Identifier: MIT
//
// How much memory unknown senders can use, in bytes. Every allocation of this program is counted.
#include "neighbour_table.hpp"
#include "new_neighbour_limiter.hpp"
#include "replay_filter.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <malloc.h>
#include <new>
#include <string>

namespace {

std::size_t in_use = 0, most = 0; // one thread

void *counted(std::size_t size) {
    void *block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    in_use += malloc_usable_size(block);
    most = in_use > most ? in_use : most;
    return block;
}

void released(void *block) noexcept {
    if (block != nullptr) in_use -= malloc_usable_size(block);
    std::free(block);
}

} // namespace

void *operator new(std::size_t size) { return counted(size); }
void *operator new[](std::size_t size) { return counted(size); }
void operator delete(void *block) noexcept { released(block); }
void operator delete[](void *block) noexcept { released(block); }
void operator delete(void *block, std::size_t) noexcept { released(block); }
void operator delete[](void *block, std::size_t) noexcept { released(block); }

namespace {

using namespace gossip;

constexpr std::int64_t second = 1'000'000'000;

// 200 bytes long, which is more than most are.
std::string made_up(std::uint64_t number) {
    return "spoofed" + std::to_string(number) + "@" + std::string(180, 'x') + ".example";
}

/// By how much the use has grown at its greatest while `what` was done.
template <class What>
std::size_t growth(What what) {
    const std::size_t before = most = in_use;
    what();
    return most - before;
}

} // namespace

BOOST_AUTO_TEST_SUITE(memory_use)

BOOST_AUTO_TEST_CASE(allocations_are_counted) {
    std::string *kept = nullptr;
    const std::size_t grown = growth([&] { kept = new std::string(1'000'000, 'x'); });
    BOOST_TEST(grown >= 1'000'000u);
    delete kept;
}

// During the whole flood: waiting names are not stored, and their marks are limited.
BOOST_AUTO_TEST_CASE(a_flood_of_new_names_uses_bounded_memory) {
    for (const std::uint64_t names : {100'000u, 500'000u}) {
        const std::size_t grown = growth([&] {
            NewNeighbourLimiter gate(1, 10 * second);
            for (std::uint64_t i = 0; i < names; ++i)
                (void)gate.admit(made_up(i), second + static_cast<std::int64_t>(i) * 10'000);
        });
        BOOST_TEST_MESSAGE(names << " names at 100,000 a second: " << grown / 1024 << " KiB");
        BOOST_TEST(grown <= 2'300'000u);
    }
}

// At most 10,000 names are accepted, of any sender; the table is rebuilt as it grows.
BOOST_AUTO_TEST_CASE(ten_thousand_neighbours_use_bounded_memory) {
    constexpr std::size_t limit = 10'000;
    const std::size_t grown = growth([&] {
        NeighbourTable all(7, limit);
        std::vector<std::string> gone;
        for (std::uint64_t i = 0; i < 100'000; ++i) {
            if (all.add(made_up(i), static_cast<Hearing>(i))) continue;
            all.expire(static_cast<Hearing>(i), gone); // all are absent from now on, and make room
            gone.clear();
        }
        BOOST_TEST(all.size() == limit);
    });
    BOOST_TEST_MESSAGE("10,000 neighbours with names of 200 bytes: " << grown / 1024 << " KiB");
    BOOST_TEST(grown <= limit * 2 * 400);
}

// Only senders with the key reach this filter.
BOOST_AUTO_TEST_CASE(twenty_thousand_replay_counters_use_bounded_memory) {
    constexpr std::size_t limit = 20'000;
    const std::size_t grown = growth([&] {
        ReplayFilter all(limit);
        for (std::uint64_t i = 0; i < 100'000; ++i) (void)all.check(made_up(i), 1, 0, 0, static_cast<std::int64_t>(i));
        BOOST_TEST(all.size() <= limit);
    });
    BOOST_TEST_MESSAGE("20,000 senders with names of 200 bytes: " << grown / 1024 << " KiB");
    BOOST_TEST(grown <= limit * 400);
}

BOOST_AUTO_TEST_SUITE_END()
