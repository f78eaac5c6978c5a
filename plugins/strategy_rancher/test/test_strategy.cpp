// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_rancher
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>

extern "C" const kith_entry kith_plugin_entry_strategy_rancher;

using namespace std::chrono_literals;
using kith::testkit::HttpReply;
using kith::testkit::HttpServer;
using kith::testkit::Observation;
using kith::testkit::SimNet;
using Kind = Observation::Kind;

namespace {

constexpr const char *path = "/latest/self/service";
const std::string two = R"({"containers": [{"ips": ["10.42.0.1"], "name": "web-1"}, {"ips": ["10.42.0.2"], "name": "web-2"}]})";

std::string listing(std::initializer_list<const char *> ips) {
    std::string out;
    for (const char *ip : ips) out += (out.empty() ? "" : ",") + (R"({"ips": [")" + std::string(ip)) + R"("]})";
    return R"({"containers": [)" + out + "]}";
}

struct Fixture {
    explicit Fixture(const char *options = R"({"node_basename": "app"})")
        : harness(here, kith_plugin_entry_strategy_rancher, "rancher", options) {}
    ~Fixture() {
        BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
    void start() { BOOST_REQUIRE(harness.start() == KITH_OK); }
    const Observation &next(std::chrono::nanoseconds bound = 1min) {
        BOOST_REQUIRE(harness.await_observation(bound));
        return harness.observations().back();
    }
    std::string names() const {
        std::string out;
        for (const auto &peer : harness.peers()) out += (out.empty() ? "" : " ") + peer.name;
        return out;
    }
    /// Checks that a query failed with this reason, and that the two peers are kept.
    void stays(std::int32_t status, std::string_view part, std::chrono::nanoseconds bound = 1min) {
        const Observation &seen = next(bound);
        BOOST_TEST((seen.kind == Kind::failed));
        BOOST_TEST(seen.status == status, seen.text);
        BOOST_TEST(seen.text.find(part) != std::string::npos, seen.text);
        BOOST_TEST_MESSAGE(seen.text);
        BOOST_TEST(names() == "app@10.42.0.1 app@10.42.0.2");
    }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.42.0.1"});
    kith::testkit::SimulatedMachine &there = net.machine("rancher-metadata", {"169.254.169.250"});
    kith::testkit::PluginHarness harness;
};

struct WithServer : Fixture {
    WithServer() { server.route(path, HttpReply(200, two)); }
    HttpServer server{there, 80};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_containers_of_the_service_are_its_peers, WithServer) {
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST((net.now() < 1100ms)); // the first query is immediate
    BOOST_TEST(names() == "app@10.42.0.1 app@10.42.0.2");
    BOOST_TEST(harness.peers()[1].key == "10.42.0.2");
    BOOST_TEST(harness.peers()[1].attribute("name") == "web-2");
    BOOST_TEST(server.asked()[0].field("Accept") == "application/json");
    server.route(path, HttpReply(200, listing({"10.42.0.2", "10.42.0.3"})));
    next();
    BOOST_TEST(names() == "app@10.42.0.2 app@10.42.0.3");
    server.route(path, HttpReply(200, listing({})));
    BOOST_TEST((next().kind == Kind::replace)); // a valid empty answer
    BOOST_TEST(harness.peers().empty());
    BOOST_TEST(server.connections() == 1u);
}

BOOST_FIXTURE_TEST_CASE(it_queries_every_five_seconds_with_jitter_and_on_refresh, WithServer) {
    start();
    harness.run_for(1000s);
    BOOST_TEST(server.asked().size() > 190u);
    BOOST_TEST(server.asked().size() < 210u);
    next();
    const auto before = net.now();
    harness.refresh();
    next();
    BOOST_TEST((net.now() - before < 100ms));
}

BOOST_FIXTURE_TEST_CASE(a_failed_response_keeps_the_peers, WithServer) {
    start();
    next();
    for (const auto &[code, status] : {std::pair<std::uint32_t, std::int32_t>{401, KITH_UNAUTHORIZED},
                                       {403, KITH_UNAUTHORIZED},
                                       {404, KITH_NOT_FOUND},
                                       {409, KITH_PROTOCOL},
                                       {301, KITH_PROTOCOL},
                                       {204, KITH_PROTOCOL},
                                       {429, KITH_UNAVAILABLE},
                                       {500, KITH_UNAVAILABLE},
                                       {503, KITH_UNAVAILABLE}}) {
        server.route(path, HttpReply(code));
        harness.refresh();
        stays(status, "http://rancher-metadata/latest/self/service: the server answered " + std::to_string(code));
    }
    const auto bad = [&](const HttpReply &reply, std::int32_t status, std::string_view part) {
        server.route(path, reply);
        harness.refresh();
        stays(status, part);
    };
    bad(HttpReply(200, two.substr(0, 40)), KITH_PROTOCOL, "not JSON");
    bad(HttpReply(200, "<html>"), KITH_PROTOCOL, "not JSON");
    bad(HttpReply(200, R"({"containers": 7})"), KITH_PROTOCOL, "containers");
    bad(HttpReply(200), KITH_PROTOCOL, "not JSON");
    bad(HttpReply().length(two.size()).send(two.substr(0, 40)).cut(), KITH_RESET, "ended early");
    bad(HttpReply().send(two.substr(0, 40)).wait(10ms).reset(), KITH_RESET, "ended early");
    bad(HttpReply().cut(), KITH_RESET, "before it answered");
    bad(HttpReply().garbage(), KITH_PROTOCOL, "not HTTP");
    bad(HttpReply().stall(), KITH_TIMED_OUT, "not done within 10 s");
    bad(HttpReply().send("{").endless(" ", 1s), KITH_TIMED_OUT, "not done within 10 s");
    bad(HttpReply().length(200'000'000).send("{"), KITH_LIMIT, "16777216 bytes");
    bad(HttpReply().send("{").endless(std::string(1'000'000, ' '), 10ms), KITH_LIMIT, "16777216 bytes");
    bad(HttpReply().field("X-Huge", std::string(100'000, 'x')), KITH_LIMIT, "headers");
    server.route(path, HttpReply(200, two));
    harness.refresh();
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(an_unreachable_metadata_service_is_reported_and_queried_again, Fixture) {
    start();
    BOOST_TEST(next().status == KITH_REFUSED);
    net.partition(here, there);
    BOOST_TEST(next().status == KITH_TIMED_OUT);
    net.heal(here, there);
    net.name("rancher-metadata", {});
    BOOST_TEST(next().status == KITH_UNRESOLVED);
    BOOST_TEST(harness.observations().back().text.find("rancher-metadata") != std::string::npos);
    net.name("rancher-metadata", {"169.254.169.250"});
    HttpServer late(there, 80);
    late.route(path, HttpReply(200, two));
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(failures_increase_the_delay_and_retry_after_is_obeyed, WithServer) {
    server.route(path, HttpReply(503));
    start();
    harness.run_for(10min);
    BOOST_TEST(server.asked().size() > 15u);
    BOOST_TEST(server.asked().size() < 35u);
    server.route(path, HttpReply(429).field("Retry-After", "120"));
    next();
    const auto before = server.asked().size();
    harness.run_for(100s);
    BOOST_TEST(server.asked().size() == before);
    server.route(path, HttpReply(200, two));
    BOOST_TEST((next(2min).kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(repeated_and_missing_addresses_are_left_out, WithServer) {
    server.route(path, HttpReply(200, R"({"containers": [{"ips": ["10.0.0.1"]}, {"ips": ["10.0.0.1"]}, {"ips": []}]})"));
    start();
    next();
    BOOST_TEST(names() == "app@10.0.0.1");
}

BOOST_AUTO_TEST_CASE(the_option_url_is_used) {
    Fixture f(R"({"node_basename": "web", "url": "http://169.254.169.250:8080/metadata/", "polling_interval": 1000})");
    HttpServer server(f.there, 8080);
    server.route("/metadata/latest/self/service", HttpReply(200, two));
    f.start();
    f.next();
    BOOST_TEST(f.names() == "web@10.42.0.1 web@10.42.0.2");
}

BOOST_AUTO_TEST_CASE(two_hundred_hosts_do_not_query_at_the_same_time) {
    SimNet net;
    auto &there = net.machine("rancher-metadata", {"10.0.0.1"});
    HttpServer server(there, 80);
    std::vector<std::size_t> by_half_second(120);
    server.route(path, [&](const auto &) {
        const auto at = static_cast<std::size_t>((net.now() - 1s) / 500ms);
        if (at < by_half_second.size()) ++by_half_second[at];
        return HttpReply(200, two);
    });
    std::vector<std::unique_ptr<kith::testkit::PluginHarness>> rigs;
    for (int i = 0; i < 200; ++i) {
        auto &machine = net.machine("m" + std::to_string(i), {});
        machine.plug("eth0", net.segment(), {std::string_view("10.0.1." + std::to_string(i))});
        rigs.push_back(std::make_unique<kith::testkit::PluginHarness>(machine, kith_plugin_entry_strategy_rancher, "rancher",
                                                                      R"({"node_basename": "app"})"));
        BOOST_REQUIRE(rigs.back()->start() == KITH_OK);
    }
    net.run_for(60s);
    const auto last_ten = std::max_element(by_half_second.end() - 20, by_half_second.end());
    BOOST_TEST_MESSAGE("at most " << *last_ten << " requests in half a second, 20 on average");
    BOOST_TEST(*last_ten < 80u);
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto calls = kith::testkit::fail_each([](SimNet &net) {
        auto &here = net.machine("here", {"10.42.0.1"});
        auto &there = net.machine("rancher-metadata", {"169.254.169.250"});
        HttpServer server(there, 80);
        server.route(path, HttpReply(200, two));
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_rancher, "rancher",
                                             R"({"node_basename": "app"})");
        if (harness.start() != KITH_OK) return;
        harness.run_until([&] { return harness.peers().size() == 2 || harness.failed(); });
        if (!harness.failed() && harness.peers().size() != 2) throw std::runtime_error("it does not recover");
        if (!harness.stop()) throw std::runtime_error("it does not stop");
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
    });
    BOOST_TEST(calls > 3u);
}

BOOST_FIXTURE_TEST_CASE(stopped_containers_are_left_out_and_counted, WithServer) {
    server.route(path, HttpReply(200, R"({"containers": [{"ips": ["10.42.0.1"], "state": "running"},
        {"ips": ["10.42.0.3"], "state": "stopped"}, {"ips": ["10.42.0.4"], "state": "removing"}, {"ips": ["0.0.0.0"]}]})"));
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(names() == "app@10.42.0.1");
    std::uint32_t ended = 0, unusable = 0;
    for (const auto &one : harness.observations()) {
        if (one.text.find("stopped or removed") != std::string::npos) ended += one.items;
        if (one.text.find("0.0.0.0 or ::") != std::string::npos) unusable += one.items;
    }
    BOOST_TEST(ended == 2u);
    BOOST_TEST(unusable == 1u);
}
