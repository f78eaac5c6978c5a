// SPDX-License-Identifier: MIT
//
// kith.messages/1 of the C++ layer, in the simulated world.
#include <kith/messages.hpp>
#include <kith/plugin.hpp>

#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <new>

namespace messages_test {

namespace {

using namespace std::chrono_literals;
using namespace kith::testkit;

/// A connector whose `send` is the test's.
class Carrier : public kith::connector, public kith::message_carrier {
  public:
    static constexpr kith::about about{.id = "carrier", .version = "1.0.0", .licence = "MIT", .summary = "For tests."};
    using required = kith::services<kith::messages>;
    static inline std::function<kith::result<void>(Carrier &, std::uint64_t, const kith::message &)> on_send;
    static inline std::vector<std::string> channels;
    static inline Carrier *now = nullptr;

    explicit Carrier(kith::host h) : connector(h), messages(h, *this) { now = this; }
    kith::task<kith::result<void>> connect(kith::peer) override { co_return kith::result<void>(); }
    kith::task<kith::result<void>> disconnect(kith::peer) override { co_return kith::result<void>(); }
    void refresh() override {}
    kith::result<void> send(std::uint64_t op, const kith::message &what) override { return on_send(*this, op, what); }
    void cancel(std::uint64_t op) override { messages.done(op, KITH_CANCELLED, "cancelled"); }
    void listening(std::span<const std::string_view> list) override { channels.assign(list.begin(), list.end()); }

    kith::messages messages;
};

constexpr kith_entry entry = kith::detail::entry<Carrier>;

struct Fixture {
    SimNet net;
    SimulatedMachine &there = net.machine("there", {"10.0.0.8"});
    PluginHarness carrier{there, entry};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, Fixture)

BOOST_AUTO_TEST_CASE(done_within_send_is_reported_a_moment_later) {
    Carrier::on_send = [](Carrier &me, std::uint64_t op, const kith::message &what) -> kith::result<void> {
        BOOST_TEST(what.broadcast == what.peer.empty());
        if (what.data == "later") return {};
        me.messages.done(op, what.data == "bad" ? KITH_RESET : KITH_OK, what.data == "bad" ? "the link broke" : "");
        return {};
    };
    BOOST_REQUIRE(carrier.start() == KITH_OK);
    const auto good = carrier.send("b@h", "c", "good"), bad = carrier.send("", "c", "bad"),
               later = carrier.send("b@h", "c", "later");
    BOOST_REQUIRE(carrier.await_sent(good) != nullptr);
    BOOST_TEST(carrier.await_sent(good)->status == KITH_OK);
    BOOST_REQUIRE(carrier.await_sent(bad) != nullptr);
    BOOST_TEST(carrier.await_sent(bad)->text == "the link broke");
    BOOST_TEST(carrier.await_sent(later, 1s) == nullptr);
    carrier.cancel_send(later);
    BOOST_REQUIRE(carrier.await_sent(later) != nullptr);
    BOOST_TEST(carrier.await_sent(later)->status == KITH_CANCELLED);
    BOOST_TEST(carrier.stop());
    BOOST_TEST(carrier.violations().empty());
}

BOOST_AUTO_TEST_CASE(operations_end_at_a_stop) {
    Carrier::on_send = [](Carrier &me, std::uint64_t op, const kith::message &what) -> kith::result<void> {
        if (what.data == "now") me.messages.done(op);
        return {};
    };
    BOOST_REQUIRE(carrier.start() == KITH_OK);
    const auto open = carrier.send("b@h", "c", "open"), now = carrier.send("b@h", "c", "now");
    BOOST_TEST(carrier.stop());
    BOOST_TEST(carrier.await_sent(open)->status == KITH_CANCELLED);
    BOOST_TEST(carrier.await_sent(now)->status == KITH_OK);
    BOOST_TEST(carrier.violations().empty());
}

BOOST_AUTO_TEST_CASE(send_fails_by_a_value_or_by_an_exception) {
    Carrier::on_send = [](Carrier &, std::uint64_t, const kith::message &what) -> kith::result<void> {
        if (what.data == "value") return kith::error(KITH_LIMIT, "full");
        if (what.data == "memory") throw std::bad_alloc();
        throw kith::error(KITH_NOT_FOUND, "nobody");
    };
    BOOST_REQUIRE(carrier.start() == KITH_OK);
    BOOST_TEST(carrier.send("b@h", "c", "value") == 0u);
    BOOST_TEST(carrier.refused() == KITH_LIMIT);
    BOOST_TEST(carrier.error() == "full");
    BOOST_TEST(carrier.send("b@h", "c", "exception") == 0u);
    BOOST_TEST(carrier.refused() == KITH_NOT_FOUND);
    BOOST_TEST(carrier.send("b@h", "c", "memory") == 0u);
    BOOST_TEST(carrier.refused() == KITH_LIMIT);
    BOOST_TEST(carrier.violations().empty());
}

BOOST_AUTO_TEST_CASE(what_arrives_is_handed_up_in_batches) {
    BOOST_REQUIRE(carrier.start() == KITH_OK);
    carrier.listen({"a", ""});
    BOOST_TEST(Carrier::channels.size() == 2u);
    std::vector<std::string> texts;
    std::vector<kith::message> list;
    for (int i = 0; i < 10'000; ++i) texts.push_back(std::to_string(i));
    for (const auto &text : texts) list.push_back({"b@h", "c", text, false});
    BOOST_TEST(Carrier::now->messages.arrived(list) == KITH_OK);
    BOOST_REQUIRE(carrier.arrived().size() == 10'000u);
    BOOST_TEST(carrier.arrived()[9'999].data == "9999");
    BOOST_TEST(Carrier::now->messages.arrived({}) == KITH_OK);
    const kith::message broadcast{"b@h", "c", "x", true};
    BOOST_TEST(Carrier::now->messages.arrived({&broadcast, 1}) == KITH_OK);
    BOOST_TEST(carrier.arrived().back().broadcast);
    Carrier::now->messages.lost("b@h", "c", 3, kith::error(KITH_RESET, "the link broke"));
    BOOST_REQUIRE(carrier.lost_messages().size() == 1u);
    BOOST_TEST(carrier.lost_messages()[0].count == 3u);
    BOOST_TEST(carrier.violations().empty());
    const kith::message odd{"b@h", "no channel", "x", false};
    BOOST_TEST(Carrier::now->messages.arrived({&odd, 1}) == KITH_INVALID);
    BOOST_TEST(carrier.violations().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace messages_test
