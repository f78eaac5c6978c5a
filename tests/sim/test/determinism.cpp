// SPDX-License-Identifier: MIT
//
// Two processes with the same seed write the same trace, byte for byte: forty hosts in the first list, a hundred in the list `long`.
#define BOOST_TEST_MODULE sim_determinism
#include "kith_sim_process.hpp"
#include "whole_test_requested.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <sha256.h> // libmd
#include <string>
#include <string_view>
#include <utility>

using namespace kith::sim::test;

namespace {

struct TraceSummary {
    std::string sha256, beginning;
    std::size_t bytes = 0;
    int status = 0;
};

constexpr std::size_t begun = 100'000;

const char *scenario() { return whole_test_requested() ? "long/gossip_hundred.json" : "gossip_forty.json"; }

TraceSummary trace(const std::string &words) {
    TraceSummary out;
    SHA256_CTX context;
    SHA256Init(&context);
    out.status = run_kith_sim(scenarios + scenario() + " --trace - " + words, [&](std::string_view piece) {
        out.bytes += piece.size();
        out.beginning += piece.substr(0, begun - std::min(begun, out.beginning.size()));
        SHA256Update(&context, reinterpret_cast<const std::uint8_t *>(piece.data()), piece.size());
    });
    std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
    out.sha256 = SHA256End(&context, text.data());
    BOOST_TEST_MESSAGE("kith sim " << scenario() << " " << words << ": " << out.bytes << " bytes, sha256 " << out.sha256);
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace) {
    const TraceSummary one = trace("--seed 1");
    const TraceSummary two = trace("--seed 1");
    BOOST_TEST(one.status == 0);
    BOOST_TEST(two.status == 0);
    BOOST_TEST(one.bytes > 1'000'000u);
    BOOST_TEST(one.sha256 == two.sha256);
    const TraceSummary other = trace("--seed 2 | head -c 100000");
    BOOST_TEST(other.bytes == begun);
    BOOST_TEST((other.beginning != one.beginning));
}
