// SPDX-License-Identifier: MIT
//
// HTTP under the faults of a simulated network. The behaviour that is the same in both worlds is tested in host/world/test/http.
#include "http_test_tenant.hpp"

#include <kith/testkit/http_server.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <memory>

using namespace kith::test;
using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

struct HttpFixture {
    Completion await(std::uint64_t op) {
        BOOST_REQUIRE_MESSAGE(op != 0, tenant.error);
        BOOST_REQUIRE(net.run_until([&] { return tenant.of(op) != nullptr; }));
        BOOST_TEST_MESSAGE(tenant.of(op)->text);
        return *tenant.of(op);
    }
    Completion ask(std::string_view url = "http://api/") { return await(tenant.request(client, {.url = url})); }
    std::chrono::nanoseconds since(std::chrono::nanoseconds begin) const { return net.now() - begin; }

    SimNet net{3};
    SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    SimulatedMachine &there = net.machine("api", {"10.0.0.2"});
    HttpServer server{there, 80};
    HttpTenant tenant{here};
    std::uint64_t client = await(tenant.open()).id;
};

} // namespace

BOOST_AUTO_TEST_SUITE(http)

BOOST_FIXTURE_TEST_CASE(a_partition_is_detected_by_timeouts, HttpFixture) {
    server.route("/", HttpReply().send("one").wait(1s).send("two").stall());
    const Completion head = ask();
    BOOST_TEST(await(tenant.read_body(head.id)).data == "one");
    net.partition(here, there);
    const auto begin = net.now();
    const auto op = tenant.read_body(head.id);
    net.in(20s, [&] { net.heal(here, there); });
    BOOST_TEST(await(op).data == "two"); // it goes on where it stood
    net.partition(here, there);
    BOOST_TEST(await(tenant.read_body(head.id)).status == KITH_TIMED_OUT);
    BOOST_TEST((since(begin) > 50s));
}

BOOST_FIXTURE_TEST_CASE(a_later_response_has_its_own_head, HttpFixture) {
    const auto promise = std::make_shared<HttpPromise>();
    server.route("/", HttpReply(500).later(promise));
    const auto op = tenant.request(client, {.url = "http://api/"});
    net.run_for(20s);
    BOOST_TEST(tenant.of(op) == nullptr);
    BOOST_TEST(promise->answer(HttpReply(200, "now").field("X-Index", "7")));
    const Completion head = await(op);
    BOOST_TEST(head.code == 200u);
    BOOST_TEST(await(tenant.read_body(head.id)).data == "now");
    BOOST_TEST(!promise->answer(HttpReply(200))); // of one request
}

BOOST_FIXTURE_TEST_CASE(the_connect_timeout_includes_name_resolution_and_tls, HttpFixture) {
    const HttpAuthority ours("ours");
    HttpServer secure(there, 443, {.authority = &ours, .names = {"api"}});
    secure.stall(true);
    net.resolver_delay(3s);
    auto begin = net.now();
    const Completion mute = ask("https://api/");
    BOOST_TEST(mute.status == KITH_TIMED_OUT);
    BOOST_TEST(mute.text.find("TLS handshake") != std::string::npos);
    BOOST_TEST((since(begin) > 9s && since(begin) < 11s));
    net.resolver_delay(30s);
    begin = net.now();
    BOOST_TEST(ask("http://api/").status == KITH_TIMED_OUT);
    BOOST_TEST((since(begin) > 9s && since(begin) < 11s));
}

BOOST_FIXTURE_TEST_CASE(an_unresponsive_address_delays_the_next_by_250_ms, HttpFixture) {
    auto &dead = net.machine("dead", {"10.0.0.3"});
    net.partition(here, dead);
    net.name("both", {"10.0.0.3", "10.0.0.2"});
    const auto begin = net.now();
    BOOST_TEST(ask("http://both/").code == 404u);
    BOOST_TEST((since(begin) < 400ms));
    net.heal(here, dead); // nobody listens there
    BOOST_TEST(ask("http://both/").code == 404u);
    net.name("none", {"10.0.0.3", "10.0.0.1"});
    BOOST_TEST(ask("http://none/").status == KITH_REFUSED);
}

BOOST_FIXTURE_TEST_CASE(a_machine_loses_power, HttpFixture) {
    server.route("/", HttpReply().send("x").stall());
    const Completion head = ask();
    BOOST_TEST(await(tenant.read_body(head.id)).data == "x");
    there.vanish();
    BOOST_TEST(await(tenant.read_body(head.id)).status == KITH_TIMED_OUT);
    BOOST_TEST(ask().status == KITH_TIMED_OUT);
    there.come_back();
    BOOST_TEST(ask().status == KITH_REFUSED);
    HttpServer again(there, 80);
    BOOST_TEST(ask().code == 404u);
}

BOOST_FIXTURE_TEST_CASE(connections_are_reset, HttpFixture) {
    server.route("/", HttpReply(200, "x"));
    const Completion first = ask();
    await(tenant.read_body(first.id));
    BOOST_TEST(await(tenant.read_body(first.id)).status == KITH_CLOSED);
    net.reset_connections(here, there); // the one that is kept
    BOOST_TEST(ask().code == 200u);
    server.route("/", HttpReply().send("x").stall());
    const Completion head = ask();
    BOOST_TEST(await(tenant.read_body(head.id)).data == "x");
    net.reset_connections(here, there);
    BOOST_TEST(await(tenant.read_body(head.id)).status == KITH_RESET);
}

BOOST_FIXTURE_TEST_CASE(an_unread_body_fills_only_the_window, HttpFixture) {
    server.route("/", HttpReply().send(std::string(4'000'000, 'x')));
    const Completion head = ask();
    net.run_for(20s);
    std::size_t got = 0;
    for (;;) {
        const Completion now = await(tenant.read_body(head.id, 1'000'000));
        if (now.status != KITH_OK) break;
        got += now.data.size();
    }
    BOOST_TEST(got == 4'000'000u);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace) {
    const auto trace = [](std::uint64_t seed, std::size_t litter) {
        std::vector<std::unique_ptr<char[]>> heap;
        for (std::size_t i = 0; i < litter; ++i) heap.push_back(std::make_unique<char[]>(16 + (i * 7919) % 3000));
        SimNet net(seed);
        auto &there = net.machine("api", {"10.0.0.200"});
        HttpServer server(there, 80);
        server.route("/", HttpReply().send("one").wait(10ms).send("two"));
        std::vector<std::unique_ptr<HttpTenant>> tenants;
        for (int i = 0; i < 20; ++i) {
            const std::string address = "10.0.0." + std::to_string(i + 1);
            auto &machine = net.machine("m" + std::to_string(i), {address});
            tenants.push_back(std::make_unique<HttpTenant>(machine, "t"));
            tenants.back()->open();
        }
        net.run_for(1s);
        for (auto &tenant : tenants) {
            for (int i = 0; i < 3; ++i) tenant->request(tenant->done.front().id, {.url = "http://api/"});
        }
        net.run_for(1s);
        net.reset_connections(*net.machine_at(0), *net.machine_at(1));
        for (auto &tenant : tenants) {
            for (std::size_t i = 1; i < 4; ++i) tenant->read_body(tenant->done.at(i).id);
        }
        net.run_for(1s);
        return net.trace_hash();
    };
    BOOST_TEST(trace(7, 0) == trace(7, 5000));
    BOOST_TEST(trace(7, 0) != trace(8, 0));
}

BOOST_AUTO_TEST_SUITE_END()
