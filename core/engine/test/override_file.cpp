// SPDX-License-Identifier: MIT
//
// Orders of an operator outlive kith.
#include "scripted_plugin.hpp"

#include <core/engine/override_file.hpp>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

constexpr const char *file_path = "/state/topologies.t.overrides";

struct Ordered : Kith {
    explicit Ordered() {
        config.state_dir = "/state";
        config.topologies.front().policy = libcluster_policy();
        machine.directory("/state");
        strategy().start = [](ScriptedPlugin &p) { return p.replace({"a@x", "b@x"}); };
        connector().start = [](ScriptedPlugin &p) {
            p.attach("me@x", 1);
            return KITH_OK;
        };
        connector().connect = [this](ScriptedPlugin &p, std::uint64_t op, const std::string &name) -> std::int32_t {
            dialled.push_back(name);
            const kith_link link{text(name), nullptr, 0, 0};
            p.connector().link_up(p.host, 1, &link);
            ops.push_back(op);
            return KITH_OK;
        };
    }
    // The operations of until now end well.
    void go_on(std::chrono::nanoseconds span) {
        run(1ms);
        for (const std::uint64_t op : std::exchange(ops, {}))
            connector().now->connector().done(connector().now->host, op, KITH_OK, {});
        run(span);
        std::sort(dialled.begin(), dialled.end());
    }
    void restart(std::chrono::nanoseconds after = 1s) {
        engine->kill();
        engine.reset();
        run(after);
        ops.clear();
        dialled.clear();
        log.lines.clear();
        start();
        go_on(3s);
    }
    bool paused() const { return engine->topology("t")->overrides().paused(); }
    std::vector<std::string> dialled;
    std::vector<std::uint64_t> ops;
};

using Names = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(override_file)

BOOST_AUTO_TEST_CASE(without_orders_no_file_is_written) {
    Ordered kith;
    kith.start();
    kith.go_on(10s);
    BOOST_TEST(kith.dialled == (Names{"a@x", "b@x"}));
    BOOST_TEST(!kith.machine.file(file_path));
    BOOST_TEST(kith.log.lines == Names{}, boost::test_tools::per_element());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_pause_continues_after_a_restart_until_its_end) {
    Ordered kith;
    kith.start();
    kith.go_on(1s);
    BOOST_TEST(kith.engine->order("t", {Order::Kind::pause, {}, ns(60s), 0}).status == KITH_OK);
    kith.run(1s);
    kith.restart(29s);
    BOOST_TEST(kith.paused());
    BOOST_TEST(kith.dialled.empty());
    BOOST_TEST(kith.count(KITH_EVENT_TOPOLOGY_PAUSED) == 1u);
    BOOST_TEST(kith.count(KITH_EVENT_CONNECT_STARTED) == 0u);
    kith.go_on(25s);
    BOOST_TEST(kith.dialled.empty());
    kith.go_on(5s);
    BOOST_TEST(kith.dialled == (Names{"a@x", "b@x"}));
    kith.restart();
    BOOST_TEST(!kith.paused());
    BOOST_TEST(kith.dialled == (Names{"a@x", "b@x"}));
    kith.stop();
}

BOOST_AUTO_TEST_CASE(only_the_holds_in_force_are_restored_after_a_restart) {
    Ordered kith;
    kith.start();
    kith.go_on(1s);
    for (const char *peer : {"a@x", "b@x"})
        BOOST_TEST(kith.engine->order("t", {Order::Kind::hold, peer, ns(1h), 0}).status == KITH_OK);
    BOOST_TEST(kith.engine->order("t", {Order::Kind::hold, "b@x", 0, 0}).status == KITH_OK);
    kith.stop(); // at once: it is written all the same
    kith.engine.reset();
    kith.dialled.clear();
    kith.start();
    kith.go_on(60s);
    BOOST_TEST(kith.dialled == Names{"b@x"});
    kith.stop();
}

BOOST_AUTO_TEST_CASE(an_untrusted_or_malformed_file_is_ignored) {
    const std::string good = write_overrides("t", {32'503'680'000'000, {}});
    for (const std::string &text : {std::string("{"), std::string(good).replace(good.find("\"t\""), 3, "\"u\""),
                                    good.substr(0, good.size() / 2), std::string(R"({"kith":"overrides","v":2})"),
                                    std::string(R"({"kith":"overrides","v":1,"topology":"t","paused_until":-1,"held":[]})"),
                                    std::string(R"({"kith":"overrides","v":1,"topology":"t","paused_until":1,"held":[{}]})")}) {
        Ordered kith;
        kith.machine.file(file_path, text);
        kith.start();
        kith.go_on(1s);
        BOOST_TEST(!kith.paused());
        BOOST_TEST(kith.dialled.size() == 2u, text);
        BOOST_REQUIRE_EQUAL(kith.log.lines.size(), 1u);
        BOOST_TEST(kith.log.lines.front().find("orders of before the restart are not used") != std::string::npos);
        kith.stop();
    }
    Ordered kith;
    kith.machine.file(file_path, good);
    kith.start();
    kith.go_on(1s);
    BOOST_TEST(kith.paused()); // a clock that was set back makes it no longer than it may be ordered for
    kith.run(7 * 24h);
    BOOST_TEST(!kith.paused());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(orders_for_an_unknown_topology_and_a_stopped_engine_are_refused) {
    Ordered kith;
    kith.start();
    BOOST_TEST(kith.engine->order("u", {Order::Kind::resume, {}, 0, 0}).status == KITH_NOT_FOUND);
    kith.stop();
    BOOST_TEST(kith.engine->order("t", {Order::Kind::resume, {}, 0, 0}).status == KITH_CANCELLED);
}

BOOST_AUTO_TEST_CASE(overrides_are_written_and_read) {
    const StoredOverrides all{1000, {{"a\"b", 2000}, {"c", 3000}}};
    std::string why;
    const auto read = read_overrides("t", write_overrides("t", all), why);
    BOOST_REQUIRE(read);
    BOOST_TEST((*read == all));
    BOOST_TEST(write_overrides("t", {}) ==
               "{\"kith\":\"overrides\",\"v\":1,\"topology\":\"t\",\"paused_until\":0,\"held\":[]}\n");
}

BOOST_AUTO_TEST_SUITE_END()
