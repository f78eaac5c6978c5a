// SPDX-License-Identifier: MIT
//
// kith.members/1 of the C++ layer, in the simulated world.
#include <kith/members.hpp>
#include <kith/plugin.hpp>

#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>

namespace members_test {

namespace {

using namespace std::chrono_literals;
using namespace kith::testkit;

/// A sink whose task is the test's.
class Reader : public kith::sink {
  public:
    static constexpr kith::about about{.id = "reader", .version = "1.0.0", .licence = "MIT", .summary = "For tests."};
    using required = kith::services<kith::members>;
    static inline std::function<kith::task<>(Reader &)> script;
    explicit Reader(kith::host h) : sink(h), members(h) {}
    kith::task<> run() override { return script(*this); }
    kith::task<> events(std::vector<kith::event>) override { co_return; }
    kith::members members;
};

constexpr kith_entry entry = kith::detail::entry<Reader>;

struct Fixture {
    SimNet net;
    SimulatedMachine &there = net.machine("there", {"10.0.0.8"});
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(members, Fixture)

BOOST_AUTO_TEST_CASE(a_sink_reads_all_members) {
    PluginHarness sink{there, entry, "reader", "{}", {"", "", "reader"}};
    std::vector<RecordedPeer> peers;
    for (int i = 0; i < 3000; ++i) peers.push_back({"", "n" + std::to_string(i), {{"zone", std::to_string(i % 7)}}, {}});
    sink.members("t", peers);
    sink.members("u", {{"k", "a@b", {}, {}}}, "the source `s` has not reported yet");
    bool ended = false;
    Reader::script = [&ended](Reader &p) -> kith::task<> {
        const auto all = co_await p.members.read("t");
        BOOST_REQUIRE(all.status() == KITH_OK);
        BOOST_TEST(all->complete);
        BOOST_TEST(all->topology == "t");
        BOOST_REQUIRE(all->members.size() == 3000u);
        BOOST_TEST(all->members[2999].name == "n2999");
        BOOST_REQUIRE(all->members[2999].find("zone") != nullptr);
        BOOST_TEST(*all->members[2999].find("zone") == "3");
        BOOST_TEST(all->members[2999].find("rack") == nullptr);
        BOOST_TEST(all->members[2999].flags == KITH_MEMBER_PRESENT);
        const auto few = co_await p.members.read("u");
        BOOST_REQUIRE(few.status() == KITH_OK);
        BOOST_TEST(!few->complete);
        BOOST_TEST(few->reason == "the source `s` has not reported yet");
        const auto none = co_await p.members.read("v");
        BOOST_TEST(none.status() == KITH_NOT_FOUND);
        BOOST_TEST(p.members.left_out("t", "n1", "it is odd") == KITH_OK);
        ended = true;
    };
    BOOST_REQUIRE(sink.start() == KITH_OK);
    net.run_for(1s);
    BOOST_TEST(ended);
    BOOST_REQUIRE(sink.left_out().size() == 1u);
    BOOST_TEST(sink.left_out()[0].name == "n1");
    BOOST_TEST(sink.stop());
    BOOST_TEST(sink.violations().empty());
}

BOOST_AUTO_TEST_CASE(a_sink_that_reads_members_stops_at_any_time) {
    for (int steps = 0; steps < 8; ++steps) {
        PluginHarness sink{there, entry, "reader", "{}", {"", "", "reader"}};
        sink.members("t", std::vector<RecordedPeer>(3000, RecordedPeer{"k", "n", {}, {}}));
        int reads = 0;
        Reader::script = [&reads](Reader &p) -> kith::task<> {
            for (;; ++reads) (void)co_await p.members.read("t");
        };
        BOOST_REQUIRE(sink.start() == KITH_OK);
        int pages = 0;
        if (steps > 0) net.run_until([&] { return ++pages > steps; });
        BOOST_TEST(sink.stop());
        BOOST_TEST(sink.outstanding() == 0u);
        BOOST_TEST(sink.violations().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace members_test
