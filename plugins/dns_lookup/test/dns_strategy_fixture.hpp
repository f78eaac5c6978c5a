// SPDX-License-Identifier: MIT
//
// A DNS strategy on a simulated machine, for the tests of each DNS strategy.
#pragma once

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dns_lookup::test {

using namespace std::chrono_literals;
using kith::testkit::DnsData;
using kith::testkit::DnsZones;
using kith::testkit::Observation;
using kith::testkit::SimNet;
using Kind = Observation::Kind;
using Names = std::vector<std::string>;

struct Fixture {
    Fixture(const kith_entry &entry, std::string_view id, std::string_view options) : harness(here, entry, id, options) {}
    ~Fixture() {
        BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }

    void start() { BOOST_REQUIRE_MESSAGE(harness.start() == KITH_OK, harness.error()); }
    const Observation &next() {
        BOOST_REQUIRE(harness.await_observation());
        return harness.observations().back();
    }
    bool replaced() { return next().kind == Kind::replace; }
    bool fails(std::int32_t status) {
        const Observation &seen = next();
        BOOST_TEST_MESSAGE(seen.text);
        return seen.kind == Kind::failed && seen.status == status && !seen.text.empty();
    }
    Names peers() const {
        Names out;
        for (const auto &peer : harness.peers()) out.push_back(peer.name);
        return out;
    }
    // The time until the next query.
    std::chrono::nanoseconds pause() {
        const auto before = net.now();
        next();
        return net.now() - before;
    }
    std::size_t count(Kind kind) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(harness.observations(), [kind](const auto &seen) { return seen.kind == kind; }));
    }

    SimNet net{3};
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.7"});
    DnsZones &zones = net.dns();
    kith::testkit::PluginHarness harness;
};

} // namespace dns_lookup::test
