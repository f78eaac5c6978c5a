// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_dns_poll
#include <dns_lookup/test/dns_strategy_fixture.hpp>

extern "C" const kith_entry kith_plugin_entry_strategy_dns_poll;

using namespace dns_lookup::test;

namespace {

constexpr const char *name = "app.example.net";
constexpr const char *usual = R"({"query": "app.example.net", "node_basename": "app"})";

struct Poll : Fixture {
    explicit Poll(std::string_view options = usual) : Fixture(kith_plugin_entry_strategy_dns_poll, "dns_poll", options) {}

    void start_again() {
        harness.run_for(100ms); // until its state is saved
        BOOST_TEST(harness.stop());
        harness.destroy();
        start();
    }
};

Names sorted(Names names) {
    std::ranges::sort(names);
    return names;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(each_ipv4_and_ipv6_address_is_a_peer, Poll) {
    zones.address(name, {"10.0.0.8", "10.0.0.7", "fd00::7"});
    start();
    BOOST_TEST(replaced());
    BOOST_TEST((net.now() < 1100ms)); // the first query is immediate
    BOOST_TEST((peers() == Names{"app@10.0.0.7", "app@10.0.0.8", "app@fd00::7"}));
    BOOST_TEST(harness.peers()[0].key == "10.0.0.7");
    BOOST_TEST(harness.peers()[0].attribute("host") == "10.0.0.7");
}

BOOST_FIXTURE_TEST_CASE(a_repeated_address_is_one_peer, Poll) {
    zones.address(name, {"10.0.0.8", "10.0.0.8", "10.0.0.7"});
    start();
    BOOST_TEST(replaced());
    BOOST_TEST((peers() == Names{"app@10.0.0.7", "app@10.0.0.8"}));
}

BOOST_FIXTURE_TEST_CASE(an_unspecified_address_is_left_out, Poll) {
    zones.address(name, {"0.0.0.0", "::", "10.0.0.8"}); // as servers that block a name answer
    start();
    BOOST_TEST(replaced());
    BOOST_TEST((peers() == Names{"app@10.0.0.8"}));
    std::uint32_t items = 0;
    for (const auto &one : harness.observations())
        items += one.kind == kith::testkit::Observation::Kind::left_out ? one.items : 0;
    BOOST_TEST(items == 2u);
}

BOOST_FIXTURE_TEST_CASE(an_added_address_is_reported, Poll) {
    zones.address(name, {"10.0.0.8"});
    start();
    next();
    zones.address(name, {"10.0.0.8", "10.0.0.9"});
    next();
    BOOST_TEST((peers() == Names{"app@10.0.0.8", "app@10.0.0.9"}));
}

BOOST_FIXTURE_TEST_CASE(a_family_that_had_addresses_and_fails_keeps_its_peers, Poll) {
    zones.address(name, {"10.0.0.8", "10.0.0.9", "fd00::8"});
    start();
    next();
    zones.fail(name, KITH_DNS_AAAA, KITH_UNAVAILABLE);
    BOOST_TEST(fails(KITH_UNAVAILABLE));
    BOOST_TEST(harness.observations().back().text.find("the peers by AAAA records are kept") != std::string::npos);
    BOOST_TEST(harness.peers().size() == 3U);
    BOOST_TEST(count(Kind::update) == 0U); // without a change the source is not reported as fresh
    // The other family is queried meanwhile.
    zones.address(name, {"10.0.0.9", "10.0.0.10", "fd00::8"});
    BOOST_TEST(fails(KITH_UNAVAILABLE));
    BOOST_TEST(count(Kind::update) == 1U);
    BOOST_TEST((sorted(peers()) == Names{"app@10.0.0.10", "app@10.0.0.9", "app@fd00::8"}));
    zones.fail(name, KITH_DNS_AAAA, KITH_OK);
    zones.fail(name, KITH_DNS_A, KITH_TIMED_OUT);
    zones.address(name, {"10.0.0.9", "fd00::9"});
    BOOST_TEST(fails(KITH_TIMED_OUT));
    BOOST_TEST(count(Kind::update) == 2U);
    BOOST_TEST((sorted(peers()) == Names{"app@10.0.0.10", "app@10.0.0.9", "app@fd00::9"}));
    zones.fail(name, KITH_DNS_A, KITH_OK);
    BOOST_TEST(replaced());
    BOOST_TEST((peers() == Names{"app@10.0.0.9", "app@fd00::9"}));
}

BOOST_AUTO_TEST_CASE(the_failure_of_a_family_without_known_addresses_is_only_logged) {
    for (const auto status : {KITH_DENIED, KITH_UNAVAILABLE, KITH_TIMED_OUT}) {
        for (const auto &[type, address] : {std::pair(KITH_DNS_AAAA, "10.0.0.8"), std::pair(KITH_DNS_A, "fd00::8")}) {
            Poll poll;
            poll.zones.fail(name, type, status);
            poll.zones.address(name, {address});
            poll.start();
            BOOST_TEST(poll.replaced());
            BOOST_TEST((poll.peers() == Names{std::string("app@") + address}));
            BOOST_TEST(poll.harness.logged("the query for one address family failed; it had no addresses so far"));
            // It does not delay the other queries: a query without an answer is cancelled early.
            BOOST_TEST((poll.pause() < 9s));
            // The empty answer of the other family is accepted.
            poll.zones.address(name, {});
            BOOST_TEST(poll.replaced());
            BOOST_TEST(poll.harness.peers().empty());
        }
    }
}

BOOST_FIXTURE_TEST_CASE(a_failed_family_and_an_empty_one_are_a_failure, Poll) {
    zones.address(name, {});
    zones.fail(name, KITH_DNS_AAAA, KITH_DENIED);
    start();
    BOOST_TEST(fails(KITH_DENIED));
    BOOST_TEST(harness.observations().back().text.find("there are no A records") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_families_known_from_the_last_run_are_used, Poll) {
    zones.address(name, {"10.0.0.8", "fd00::8"});
    start();
    next();
    zones.fail(name, KITH_DNS_AAAA, KITH_DENIED);
    start_again();
    BOOST_TEST(fails(KITH_DENIED));
    BOOST_TEST(count(Kind::update) == 1U); // not the whole set: the topology may remember fd00::8
    // After an answer without records the next run remembers none.
    zones.fail(name, KITH_DNS_AAAA, KITH_OK);
    zones.address(name, {"10.0.0.8"});
    start_again();
    BOOST_TEST(replaced());
    zones.fail(name, KITH_DNS_AAAA, KITH_DENIED);
    start_again();
    BOOST_TEST(replaced());
}

BOOST_AUTO_TEST_CASE(the_option_family_queries_one_family_only) {
    for (const auto &[family, expected] : {std::pair("ipv4", "app@10.0.0.8"), std::pair("ipv6", "app@fd00::8")}) {
        Poll poll(std::string(R"({"query": "app.example.net", "node_basename": "app", "family": ")") + family + "\"}");
        poll.zones.address(name, {"10.0.0.8", "fd00::8"});
        poll.start();
        BOOST_TEST(poll.replaced());
        BOOST_TEST((poll.peers() == Names{expected}));
        BOOST_TEST(poll.zones.asked().size() == 1U);
    }
}

BOOST_FIXTURE_TEST_CASE(a_failed_query_removes_no_peer, Poll) {
    zones.address(name, {"10.0.0.8"});
    start();
    next();
    for (const auto status : {KITH_UNAVAILABLE, KITH_DENIED, KITH_TIMED_OUT, KITH_PROTOCOL, KITH_UNREACHABLE}) {
        zones.fail(name, 0, status);
        BOOST_TEST(fails(status));
        BOOST_TEST(harness.peers().size() == 1U);
    }
    zones.fail(name, 0, KITH_OK);
    BOOST_TEST(replaced());
}

BOOST_FIXTURE_TEST_CASE(a_name_without_records_and_an_unknown_name_empty_the_set, Poll) {
    start();
    BOOST_TEST(replaced());
    BOOST_TEST(harness.peers().empty());
    BOOST_TEST(harness.logged("the DNS answer contains no peer"));
    BOOST_TEST(zones.asked().size() == 1U); // a name that does not exist has no AAAA either
    zones.address(name, {"10.0.0.8"});
    next();
    BOOST_TEST(harness.peers().size() == 1U);
    zones.address(name, {});
    BOOST_TEST(replaced());
    BOOST_TEST(harness.peers().empty());
}

BOOST_FIXTURE_TEST_CASE(each_failure_doubles_the_delay_up_to_thirty_seconds, Poll) {
    zones.fail(name, 0, KITH_UNAVAILABLE);
    start();
    next();
    for (const std::chrono::nanoseconds mean : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        const auto waited = pause();
        BOOST_TEST((waited > mean * 85 / 100 && waited < mean * 115 / 100), mean.count());
    }
}

BOOST_FIXTURE_TEST_CASE(a_ttl_shorter_than_the_interval_shortens_the_delay, Poll) {
    zones.address(name, {"10.0.0.8"}, 4s);
    start();
    next();
    const auto waited = pause();
    BOOST_TEST((waited > 3500ms && waited < 4500ms));
    zones.address(name, {"10.0.0.8"}, 0s);
    next();
    const auto least = pause();
    BOOST_TEST((least >= 2500ms && least < 3100ms)); // half of the interval, however short the TTL
    zones.address(name, {"10.0.0.8"}, 1h);
    next();
    const auto most = pause();
    BOOST_TEST((most > 4400ms && most < 5600ms));
}

BOOST_AUTO_TEST_CASE(a_ttl_of_0_shortens_the_interval_to_its_half_at_least) {
    Poll poll(R"({"query": "app.example.net", "node_basename": "app", "polling_interval": 60000})");
    poll.zones.address(name, {"10.0.0.8"}, 0s);
    poll.start();
    poll.next();
    for (int i = 0; i < 20; ++i) BOOST_TEST((poll.pause() >= 30s));
}

BOOST_FIXTURE_TEST_CASE(it_queries_every_five_seconds_with_jitter, Poll) {
    zones.address(name, {"10.0.0.8"}, 1h);
    start();
    harness.run_for(1000s);
    BOOST_TEST(count(Kind::replace) > 190U);
    BOOST_TEST(count(Kind::replace) < 212U);
    std::vector<std::chrono::nanoseconds> times;
    for (const auto &seen : harness.observations()) times.push_back(seen.at);
    std::chrono::nanoseconds least = 1h, most{0};
    for (std::size_t i = 1; i < times.size(); ++i) {
        least = std::min(least, times[i] - times[i - 1]);
        most = std::max(most, times[i] - times[i - 1]);
    }
    BOOST_TEST((least < 4700ms && most > 5300ms));
}

BOOST_FIXTURE_TEST_CASE(a_refresh_queries_at_once, Poll) {
    zones.address(name, {"10.0.0.8"});
    start();
    next();
    const auto before = net.now();
    harness.refresh();
    BOOST_TEST(replaced());
    BOOST_TEST((net.now() - before < 100ms));
}

BOOST_FIXTURE_TEST_CASE(stop_succeeds_while_a_query_is_pending, Poll) {
    zones.fail(name, 0, KITH_TIMED_OUT);
    start();
    harness.run_for(1s);
    BOOST_TEST(harness.outstanding() == 1U);
}

BOOST_AUTO_TEST_CASE(the_options_servers_and_search_are_used) {
    Poll poll(R"({"query": "app", "node_basename": "app", "search": true, "servers": ["127.0.0.1:8600", "[::1]:53"]})");
    poll.zones.search({"example.net"});
    poll.zones.address(name, {"10.0.0.8", "fd00::8"});
    poll.start();
    poll.next();
    BOOST_TEST((poll.peers() == Names{"app@10.0.0.8", "app@fd00::8"}));
    BOOST_REQUIRE(poll.zones.asked().size() == 2U);
    BOOST_TEST(poll.zones.asked()[0].servers.size() == 2U);
    BOOST_TEST(poll.zones.asked()[0].servers[1].text() == "[::1]:53");
    BOOST_TEST(poll.zones.asked()[1].name == name); // the same name as the first query
}

BOOST_AUTO_TEST_CASE(poll_interval_is_an_alias_of_polling_interval) {
    Poll poll(R"({"query": "app.example.net", "node_basename": "app", "poll_interval": 500})");
    poll.zones.address(name, {"10.0.0.8"}, 1h);
    poll.start();
    poll.next();
    BOOST_TEST((poll.pause() < 600ms));
}

BOOST_AUTO_TEST_CASE(rotating_answers_are_reported_unchanged_and_declared) {
    Poll poll;
    int turn = 0;
    poll.zones.rotate(name, KITH_DNS_A, [&turn] {
        DnsZones::Records out;
        for (int i = 0; i < 5; ++i) out.push_back({.value = "10.0.1." + std::to_string((turn * 5 + i) % 15)});
        ++turn;
        return out;
    });
    poll.start();
    poll.next();
    BOOST_TEST(poll.harness.peers().size() == 5U);
    poll.next();
    BOOST_TEST(poll.harness.peers().size() == 5U);
    const auto &d = *kith_plugin_entry_strategy_dns_poll.descriptors[0];
    BOOST_TEST((d.flags & KITH_FLAG_ROTATING) != 0U); // so that prune defaults to keep
    BOOST_TEST((d.flags & KITH_FLAG_AUTHENTICATED) == 0U);
}

BOOST_AUTO_TEST_CASE(two_hundred_hosts_do_not_query_at_the_same_time) {
    SimNet net(11);
    net.dns().address(name, {"10.0.0.8"}, 1h);
    std::vector<std::unique_ptr<kith::testkit::PluginHarness>> rigs;
    for (int i = 0; i < 200; ++i) {
        auto &host = net.machine("h" + std::to_string(i), {});
        rigs.push_back(std::make_unique<kith::testkit::PluginHarness>(
            host, kith_plugin_entry_strategy_dns_poll, "dns_poll",
            R"({"query": "app.example.net", "node_basename": "app", "servers": ["10.9.9.9"]})"));
        BOOST_REQUIRE(rigs.back()->start() == KITH_OK);
    }
    const auto busiest = [&net] {
        std::map<std::int64_t, std::size_t> by_tenth;
        for (const auto &asked : net.dns().asked()) ++by_tenth[asked.at / 100ms];
        std::size_t most = 0;
        for (const auto &[tenth, count] : by_tenth) most = std::max(most, count);
        return most;
    };
    net.run_for(5min);
    net.dns().forget_asked();
    net.run_for(1min);
    BOOST_TEST(busiest() < 40U); // of 400 in 5 s, 8 in a tenth on the average
    net.dns().fail("", 0, KITH_UNAVAILABLE);
    net.run_for(10min);
    net.dns().forget_asked();
    net.run_for(1min);
    const auto during = net.dns().asked().size();
    net.dns().fail("", 0, KITH_OK);
    net.dns().forget_asked();
    net.run_for(1min);
    BOOST_TEST_MESSAGE(during << " questions a minute in the outage, at most " << busiest()
                              << " in a tenth of a second after it");
    BOOST_TEST(during <= 1040U); // each twice a minute, for both families
    BOOST_TEST(busiest() < 60U);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_trace_of_a_day) {
    const auto day = [] {
        SimNet net(77);
        net.dns().address(name, {"10.0.0.8"});
        auto &here = net.machine("here", {"10.0.0.7"});
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_dns_poll, "dns_poll", usual);
        harness.start();
        harness.run_for(24h);
        BOOST_TEST(harness.outstanding() == 1U);
        harness.stop();
        return net.trace_hash();
    };
    BOOST_TEST(day() == day());
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto failed = kith::testkit::fail_each([](SimNet &net) {
        net.dns().address(name, {"10.0.0.8", "fd00::8"});
        auto &here = net.machine("here", {"10.0.0.7"});
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_dns_poll, "dns_poll", usual);
        if (harness.start() == KITH_OK) {
            if (!harness.run_until([&] { return harness.peers().size() == 2 || harness.failed(); }, 2min))
                throw std::runtime_error("it does not find them");
            harness.run_for(12s);
            if (harness.peers().size() == 1) throw std::runtime_error("one was lost");
            if (!harness.stop()) throw std::runtime_error("it does not stop");
        }
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
    });
    BOOST_TEST(failed > 5U);
}
