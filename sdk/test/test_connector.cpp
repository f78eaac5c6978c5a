// SPDX-License-Identifier: MIT
//
// A connector of the C++ layer: its operations, and the descriptor that its class makes.
#include "fake_host.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using kith::test::FakeHost;
using kith::test::Lines;

namespace {

class Joiner : public kith::connector {
  public:
    static constexpr kith::about about{.id = "joiner", .version = "1.0.0", .licence = "MIT", .summary = "For tests."};
    using required = kith::services<kith::timer>;
    using optional = kith::services<kith::tcp>;
    static constexpr std::string_view aliases[] = {"other"};
    static constexpr std::string_view env[] = {"HOME", "USER"};

    explicit Joiner(kith::host h) : connector(h), timer(h) {}
    kith::task<kith::result<void>> connect(kith::peer to) override {
        if (to.name == "bad@a") co_return kith::error(KITH_REFUSED, "bad@a: refused");
        if (to.name == "throws@a") throw std::runtime_error("thrown");
        co_await timer.sleep(1s);
        co_return kith::result<void>();
    }
    kith::task<kith::result<void>> disconnect(kith::peer) override { co_return kith::result<void>(); }
    void refresh() override {}

    kith::timer timer;
};

struct JoinerFixture {
    JoinerFixture() {
        BOOST_REQUIRE(host.create<Joiner>() == KITH_OK);
        BOOST_REQUIRE(host.start() == KITH_OK);
        table = &host.side<kith_connector_plugin>(KITH_CONNECTOR);
    }
    std::int32_t connect(std::uint64_t op, std::string_view name) {
        const kith_peer peer{kith::str(name), kith::str(name), nullptr, 0, 0, 0};
        return table->connect(host.instance->self, op, &peer);
    }
    FakeHost host;
    const kith_connector_plugin *table = nullptr;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connector, JoinerFixture)

BOOST_AUTO_TEST_CASE(each_operation_is_completed_once) {
    BOOST_TEST(connect(1, "a@a") == KITH_OK);
    BOOST_TEST(connect(2, "b@a") == KITH_OK);
    BOOST_TEST(host.recorded.empty());
    host.complete("timer");
    host.complete("timer");
    BOOST_TEST((host.recorded == Lines{"done 1 0 ", "done 2 0 "}));
}

BOOST_AUTO_TEST_CASE(a_cancelled_operation_completes_with_cancelled_and_the_others_continue) {
    connect(1, "a@a");
    connect(2, "b@a");
    table->cancel(host.instance->self, 1);
    BOOST_TEST(host.recorded.empty());
    host.complete_cancelled();
    BOOST_TEST(host.recorded == Lines{"done 1 -1 cancelled"});
    table->cancel(host.instance->self, 1); // no longer there
    host.complete("timer");
    BOOST_TEST((host.recorded == Lines{"done 1 -1 cancelled", "done 2 0 "}));
}

BOOST_AUTO_TEST_CASE(stop_completes_operations_with_cancelled_before_stopped) {
    connect(1, "a@a");
    host.stop();
    BOOST_TEST((host.recorded == Lines{"done 1 -1 cancelled", "stopped"}));
    BOOST_TEST(connect(2, "b@a") == KITH_CANCELLED);
}

BOOST_AUTO_TEST_CASE(errors_and_exceptions_are_reported_by_done_after_the_call) {
    host.complete_cancelled();
    BOOST_TEST(connect(1, "bad@a") == KITH_OK);
    BOOST_TEST(connect(2, "throws@a") == KITH_OK);
    BOOST_TEST(host.recorded.empty()); // T2
    while (!host.outstanding.empty()) host.complete("timer");
    BOOST_TEST((host.recorded == Lines{"done 1 -13 bad@a: refused", "done 2 -20 thrown"}));
}

BOOST_AUTO_TEST_CASE(the_descriptor_contains_the_values_of_the_class) {
    const auto &d = *kith::detail::entry<Joiner>.descriptors[0];
    BOOST_TEST(d.kind == KITH_KIND_CONNECTOR);
    BOOST_REQUIRE(d.required_count == 2u);
    BOOST_TEST(kith::view(d.required[0]) == KITH_CONNECTOR);
    BOOST_TEST(kith::view(d.required[1]) == KITH_TIMER);
    BOOST_REQUIRE(d.optional_count == 2u);
    BOOST_TEST(kith::view(d.optional[0]) == KITH_LOG);
    BOOST_TEST(kith::view(d.optional[1]) == KITH_TCP);
    BOOST_REQUIRE(d.alias_count == 1u);
    BOOST_TEST(kith::view(d.aliases[0]) == "other");
    BOOST_TEST(d.env_count == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(an_unknown_id_is_refused) {
    FakeHost host;
    const kith_instance *out = nullptr;
    BOOST_TEST(kith::detail::entry<Joiner>.create(&host.raw, kith::str("else"), &out) == KITH_NOT_FOUND);
    BOOST_TEST(out == nullptr);
    BOOST_TEST(host.error == "this library has no plugin of that id");
}
