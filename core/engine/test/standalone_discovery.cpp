// SPDX-License-Identifier: MIT
//
// Discovery without connectors (`kith discover`, once and with --watch), and empty sets that no operation has shown.
#include "scripted_plugin.hpp"

#include <core/engine/standalone_discovery.hpp>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

// Whatever becomes of its file, it reports an empty set then.
void reports_empty(Script &script) {
    script.start = [](ScriptedPlugin &p) { return p.read_file("/peers"); };
    script.refresh = [](ScriptedPlugin &p) { p.read_file("/peers"); };
    script.file = [](ScriptedPlugin &p, std::int32_t) { p.replace({}); };
}

std::string why_nothing(Kith &kith) {
    StandaloneDiscovery discovery(kith.machine, kith.log, kith.config, kith.registry, "t");
    bool done = false;
    discovery.start(3'000'000'000, [&] { done = true; });
    kith.run(4s);
    BOOST_REQUIRE(done);
    BOOST_TEST(discovery.results()[0].status == KITH_OK);
    return discovery.results()[0].why_nothing();
}

} // namespace

BOOST_AUTO_TEST_CASE(standalone_discovery_reports_each_strategy) {
    Kith kith;
    kith.config.topologies.front().policy.exclude = {"b@*"};
    auto &sources = kith.config.topologies.front().sources;
    sources.push_back({"fails", "puppet", "{}", true});
    sources.push_back({"mute", "puppet", "{}", true});
    kith.config.connectors.front().options = R"({"node":"me@x-a-name-that-is-longer-than-any-small-string"})";
    kith.strategy().start = [](ScriptedPlugin &p) {
        p.discovery().left_out(p.host, 2, text("no port"));
        p.discovery().left_out(p.host, 1, text("no address"));
        p.discovery().left_out(p.host, 4, text("no port"));
        return p.replace({"a@x", "b@x", "me@x-a-name-that-is-longer-than-any-small-string"});
    };
    scripts["topologies.t.fails"].start = [](ScriptedPlugin &p) {
        return p.discovery().failed(p.host, KITH_REFUSED, text("nobody"));
    };
    scripts["topologies.t.mute"];
    StandaloneDiscovery discovery(kith.machine, kith.log, kith.config, kith.registry, "t");
    bool done = false;
    discovery.start(3'000'000'000, [&] { done = true; });
    kith.run(2900ms);
    BOOST_TEST(!done);
    kith.run(200ms);
    BOOST_REQUIRE(done);
    const auto &results = discovery.results();
    BOOST_REQUIRE(results.size() == 3u);
    BOOST_REQUIRE(results[0].peers.size() == 3u);
    BOOST_TEST(results[0].status == KITH_OK);
    BOOST_TEST(results[0].peers[0].left_out == "");
    BOOST_TEST(results[0].peers[1].left_out == "policy.exclude excludes it");
    BOOST_TEST(results[0].peers[2].left_out == "it is the local node");
    BOOST_REQUIRE(results[0].left_out.size() == 2u);
    BOOST_TEST(results[0].left_out[0].first == "no port");
    BOOST_TEST(results[0].left_out[0].second == 6u);
    BOOST_TEST(results[0].items() == 10u);
    BOOST_REQUIRE(results[0].not_joined().size() == 2u);
    BOOST_TEST(results[0].not_joined()[1].first == "it is the local node");
    BOOST_TEST(results[0].not_joined()[1].second == 1u);
    BOOST_TEST(results[0].reason == "");
    BOOST_TEST(results[1].status == KITH_REFUSED);
    BOOST_TEST(results[1].reason == "nobody");
    BOOST_TEST(results[2].status == KITH_TIMED_OUT);
    for (const char *name : {"topologies.t.s", "topologies.t.fails", "topologies.t.mute"})
        BOOST_TEST(scripts[name].destroyed == 1);
}

BOOST_AUTO_TEST_CASE(an_empty_discovery_has_a_reason) {
    Kith kith;
    kith.strategy().start = [](ScriptedPlugin &p) {
        p.discovery().left_out(p.host, 0, text("there is no such name"));
        return p.replace({});
    };
    StandaloneDiscovery discovery(kith.machine, kith.log, kith.config, kith.registry, "t");
    bool done = false;
    discovery.start(3'000'000'000, [&] { done = true; });
    kith.run(1s);
    BOOST_REQUIRE(done);
    BOOST_TEST(discovery.results()[0].status == KITH_OK);
    BOOST_TEST(discovery.results()[0].reason == "there is no such name");
    BOOST_TEST(discovery.results()[0].items() == 0u);
    BOOST_TEST(discovery.results()[0].left_out.empty());
}

BOOST_AUTO_TEST_CASE(discovery_reports_a_reached_source_only_after_a_successful_operation) {
    Kith kith;
    reports_empty(kith.strategy());
    kith.machine.file("/peers", "");
    BOOST_TEST(why_nothing(kith) == "the source was reached and contains no peers");
    kith.machine.fail_path("/peers", KITH_DENIED);
    BOOST_TEST(why_nothing(kith).starts_with(
        "the strategy reported an empty set, though its only operation did not end well: file.read: "));
    kith.strategy().file = [](ScriptedPlugin &p, std::int32_t) {
        p.discovery().left_out(p.host, 0, text("the list is empty"));
        p.replace({});
    };
    BOOST_TEST(why_nothing(kith).ends_with("; its own reason: the list is empty"));
    kith.strategy().start = [](ScriptedPlugin &p) { return p.replace({}); };
    BOOST_TEST(why_nothing(kith) == "the strategy reported an empty set without a reason");
}

BOOST_AUTO_TEST_CASE(an_empty_set_after_failed_operations_is_logged_once) {
    Kith kith;
    reports_empty(kith.strategy());
    const auto warnings = [&] {
        return std::count_if(kith.log.lines.begin(), kith.log.lines.end(),
                             [](const auto &line) { return contains(line, "an empty set that it cannot have seen"); });
    };
    const auto look_again = [&] {
        kith.engine->refresh();
        kith.run(1s);
    };
    bool full = true;
    kith.strategy().file = [&full](ScriptedPlugin &p, std::int32_t status) {
        p.replace(status == KITH_OK && full ? std::vector<std::string>{"a@x"} : std::vector<std::string>{});
    };
    kith.machine.file("/peers", "");
    kith.start();
    kith.run(1s);
    kith.machine.fail_path("/peers", KITH_IO);
    look_again();
    look_again();
    BOOST_REQUIRE(warnings() == 1);
    BOOST_TEST(contains(kith.log.lines.back(), "topologies.t.s: it reported"));
    BOOST_TEST(contains(kith.log.lines.back(), "reason=its only operation did not end well: file.read: "));
    kith.machine.fail_path("/peers", KITH_OK);
    full = false;
    look_again(); // an answer: it is empty
    kith.machine.fail_path("/peers", KITH_IO);
    look_again(); // which is no news
    BOOST_TEST(warnings() == 1);
    kith.machine.fail_path("/peers", KITH_OK);
    full = true;
    look_again();
    kith.machine.fail_path("/peers", KITH_IO);
    look_again();
    BOOST_TEST(warnings() == 2);
    kith.strategy().file = [](ScriptedPlugin &p, std::int32_t status) {
        p.discovery().failed(p.host, status, text("no access"));
    };
    look_again();
    BOOST_TEST(warnings() == 2);
}

// Who hears its peers one by one has looked when it says that it follows them all.
BOOST_AUTO_TEST_CASE(discovery_waits_until_an_updating_strategy_is_in_sync) {
    Kith kith;
    const auto tell = [](ScriptedPlugin &p, const char *name) {
        const kith_peer peer{text(name), text(name), nullptr, 0, 0, 0};
        return p.discovery().update(p.host, &peer, 1, sizeof peer, nullptr, 0, nullptr, 0);
    };
    ScriptedPlugin *puppet = nullptr;
    kith.strategy().start = [&](ScriptedPlugin &p) {
        puppet = &p;
        return tell(p, "a@h");
    };
    StandaloneDiscovery discovery(kith.machine, kith.log, kith.config, kith.registry, "t");
    bool done = false;
    discovery.start(3'000'000'000, [&] { done = true; });
    kith.run(1s);
    BOOST_TEST(!done);
    BOOST_TEST(tell(*puppet, "b@h") == KITH_OK);
    BOOST_TEST(puppet->discovery().watching(puppet->host, 1) == KITH_OK);
    kith.run(100ms);
    BOOST_REQUIRE(done);
    BOOST_TEST(discovery.results()[0].status == KITH_OK);
    BOOST_TEST(discovery.results()[0].peers.size() == 2u);
}

namespace {

// Every report of a watch, as "a b" or "failed: REASON".
struct WatchedKith {
    Kith kith;
    std::vector<std::string> reports;
    bool done = false;
    std::unique_ptr<StandaloneDiscovery> discovery;

    void start() {
        discovery = std::make_unique<StandaloneDiscovery>(kith.machine, kith.log, kith.config, kith.registry, "t");
        discovery->watch(
            3'000'000'000, [this](const DiscoveryResult &result) { reports.push_back(as_text(result)); },
            [this] { done = true; });
    }
    static std::string as_text(const DiscoveryResult &result) {
        if (result.status != KITH_OK) return "failed: " + result.reason;
        std::string out;
        for (const FoundPeer &peer : result.peers) out += (out.empty() ? "" : " ") + peer.name;
        return out;
    }
    std::string last() const { return reports.empty() ? "none" : reports.back(); }
    void stop() {
        discovery->stop();
        kith.run(100ms);
        BOOST_TEST(done);
    }
};

std::int32_t tell_peer(ScriptedPlugin &p, const char *name) {
    const kith_peer peer{text(name), text(name), nullptr, 0, 0, 0};
    return p.discovery().update(p.host, &peer, 1, sizeof peer, nullptr, 0, nullptr, 0);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_watch_reports_each_observation_and_each_failure) {
    WatchedKith watch;
    ScriptedPlugin *puppet = nullptr;
    watch.kith.strategy().start = [&](ScriptedPlugin &p) {
        puppet = &p;
        return p.replace({"a@x"});
    };
    watch.start();
    watch.kith.run(1s);
    BOOST_TEST(watch.reports == (std::vector<std::string>{"a@x"}), boost::test_tools::per_element());
    puppet->discovery().failed(puppet->host, KITH_TIMED_OUT, text("SERVFAIL"));
    puppet->discovery().failed(puppet->host, KITH_TIMED_OUT, text("SERVFAIL"));
    BOOST_TEST(watch.reports.size() == 3u);
    BOOST_TEST(watch.last() == "failed: SERVFAIL");
    BOOST_TEST(watch.discovery->results()[0].peers.size() == 1u); // a failure is no empty set
    puppet->replace({"a@x", "b@x"});
    BOOST_TEST(watch.last() == "a@x b@x");
    watch.kith.run(10s); // the time limit is that of the first observation
    BOOST_TEST(watch.reports.size() == 4u);
    BOOST_TEST(!watch.done);
    watch.stop();
    BOOST_TEST(watch.reports.size() == 4u);
    BOOST_TEST(watch.kith.strategy().destroyed == 1);
}

BOOST_AUTO_TEST_CASE(a_watch_reports_once_a_strategy_that_does_not_answer_and_continues) {
    WatchedKith watch;
    ScriptedPlugin *puppet = nullptr;
    watch.kith.strategy().start = [&](ScriptedPlugin &p) {
        puppet = &p;
        return KITH_OK;
    };
    watch.start();
    watch.kith.run(2900ms);
    BOOST_TEST(watch.reports.empty());
    watch.kith.run(10s);
    BOOST_TEST(watch.reports == (std::vector<std::string>{"failed: it has not answered in time yet"}),
               boost::test_tools::per_element());
    puppet->replace({"a@x"});
    BOOST_TEST(watch.last() == "a@x");
    watch.stop();
}

BOOST_AUTO_TEST_CASE(a_watched_strategy_that_fails_is_started_again_and_its_former_peers_are_confirmed) {
    WatchedKith watch;
    ScriptedPlugin *puppet = nullptr;
    watch.kith.strategy().start = [&](ScriptedPlugin &p) {
        puppet = &p;
        return tell_peer(p, "a@h");
    };
    watch.start();
    watch.kith.run(100ms);
    BOOST_TEST(tell_peer(*puppet, "b@h") == KITH_OK);
    BOOST_TEST(puppet->discovery().watching(puppet->host, 1) == KITH_OK);
    BOOST_TEST(watch.last() == "a@h b@h");
    puppet->host->failed(puppet->host, KITH_IO, text("the pipe is broken"));
    BOOST_TEST(watch.last() == "failed: the pipe is broken");
    watch.kith.run(900ms);
    BOOST_TEST(watch.kith.strategy().destroyed == 1);
    BOOST_TEST(watch.kith.strategy().created == 1);
    watch.kith.run(200ms);
    BOOST_TEST(watch.kith.strategy().created == 2);
    BOOST_TEST(watch.last() == "a@h b@h"); // b has not been reported again, but neither has its absence
    BOOST_TEST(puppet->discovery().watching(puppet->host, 1) == KITH_OK);
    BOOST_TEST(watch.last() == "a@h");
    watch.stop();
}

BOOST_AUTO_TEST_CASE(a_watched_strategy_that_cannot_start_is_tried_again_with_backoff) {
    WatchedKith watch;
    watch.kith.strategy().start = [](ScriptedPlugin &p) {
        p.host->error(p.host, text("no route"));
        return KITH_UNREACHABLE;
    };
    watch.start();
    watch.kith.run(8s); // at 0, 1, 3 and 7 s
    BOOST_TEST(watch.reports.size() == 4u);
    BOOST_TEST(watch.last() == "failed: no route");
    watch.kith.strategy().start = [](ScriptedPlugin &p) { return p.replace({"a@x"}); };
    watch.kith.run(8s);
    BOOST_TEST(watch.last() == "a@x");
    watch.stop();
}
