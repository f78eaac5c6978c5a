// Tests of all four plugins in a simulation: no network, no clock, and the same seed gives the same run.
#include <kith/testkit/fail_service.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <cstdio>
#include <cstdlib>

extern "C" const kith_entry kith_plugin_entry_strategy_mine;
extern "C" const kith_entry kith_plugin_entry_strategy_mine_c;
extern "C" const kith_entry kith_plugin_entry_connector_mine;
extern "C" const kith_entry kith_plugin_entry_sink_mine;

#define CHECK(what) check(what, #what, __LINE__)

namespace {

using namespace kith::testkit;

void check(bool good, const char *what, int line) {
    if (good) return;
    std::fprintf(stderr, "test.cpp:%d: failed: %s\n", line, what);
    std::exit(1);
}

void end(PluginHarness &harness) {
    CHECK(harness.stop());
    for (const auto &rule : harness.violations()) std::fprintf(stderr, "%s\n", rule.c_str());
    CHECK(harness.violations().empty());
}

void the_strategy() {
    SimNet net(1);
    auto &here = net.machine("here", {"10.0.0.1"});
    auto &there = net.machine("registry", {"10.0.0.2"});
    HttpServer server(there, 80);
    server.route("/nodes", HttpReply(200, "a@h\nb@h\n"));
    PluginHarness harness(here, kith_plugin_entry_strategy_mine, "mine", R"({"url": "http://registry/nodes"})");
    CHECK(harness.start() == KITH_OK);
    CHECK(harness.await_observation() && harness.peers().size() == 2 && harness.peers()[1].name == "b@h");

    server.route("/nodes", HttpReply(503)); // a failure of the server
    CHECK(harness.await_observation() && harness.observations().back().status == KITH_UNAVAILABLE);
    net.partition(here, there);
    CHECK(harness.await_observation() && harness.observations().back().status == KITH_TIMED_OUT);
    CHECK(harness.peers().size() == 2); // the query failed, so no peer is removed

    net.heal(here, there);
    server.route("/nodes", HttpReply(200, "b@h"));
    harness.refresh();
    CHECK(harness.await_observation() && harness.peers().size() == 1);
    end(harness);
}

// For each failure of its source the strategy reports a failure and never an empty set, which would disconnect all peers.
void the_strategy_with_failed_queries() {
    for (const char *what : {"http.open", "http.request", "http.read", "http"}) {
        SimNet net(1);
        auto &here = net.machine("here", {"10.0.0.1"});
        HttpServer server(net.machine("registry", {"10.0.0.2"}), 80);
        server.route("/nodes", HttpReply(200, "a@h\n"));
        PluginHarness harness(here, kith_plugin_entry_strategy_mine, "mine", R"({"url": "http://registry/nodes"})");
        fail_service(here, what, KITH_IO);
        CHECK(harness.start() == KITH_OK);
        CHECK(harness.await_observation() && harness.observations().back().kind == Observation::Kind::failed);
        fail_service(here, what, KITH_OK);
        CHECK(harness.await_observation() && harness.peers().size() == 1); // the next query succeeds
        end(harness);
    }
}

void the_one_in_c() {
    SimNet net(1);
    PluginHarness harness(net.machine("here", {"10.0.0.1"}), kith_plugin_entry_strategy_mine_c, "mine_c",
                          R"({"names": ["a@h", "b@h"]})");
    CHECK(harness.start() == KITH_OK && harness.peers().size() == 2);
    end(harness);
}

void the_connector() {
    SimNet net(1);
    auto &here = net.machine("here", {"10.0.0.1"});
    here.directory("/var/lib/app");
    PluginHarness harness(here, kith_plugin_entry_connector_mine, "mine", R"({"file": "/var/lib/app/peers", "node": "me@h"})");
    CHECK(harness.start() == KITH_OK && harness.attached());
    const auto *report = harness.await_done(harness.connect({.key = "a", .name = "a@h", .attributes = {}}));
    CHECK(report != nullptr && report->status == KITH_OK && harness.links().size() == 1);
    CHECK(here.file("/var/lib/app/peers") == "a@h\n");
    here.fail_path("/var/lib/app/peers", KITH_DENIED);
    report = harness.await_done(harness.connect({.key = "b", .name = "b@h", .attributes = {}}));
    CHECK(report != nullptr && report->status == KITH_DENIED && harness.links().size() == 1);
    end(harness);
}

void the_sink() {
    SimNet net(1);
    auto &here = net.machine("here", {"10.0.0.1"});
    HttpServer hook(net.machine("hook", {"10.0.0.2"}), 80);
    hook.route("/", HttpReply(204));
    PluginHarness harness(here, kith_plugin_entry_sink_mine, "mine", R"({"url": "http://hook/"})");
    CHECK(harness.start() == KITH_OK);
    harness.event(KITH_EVENT_LINK_UP, R"({"kind": "link.up", "peer": "a@h"})");
    CHECK(harness.run_until([&] { return hook.asked().size() == 1; }));
    CHECK(hook.asked()[0].body == R"({"kind": "link.up", "peer": "a@h"})");
    end(harness);
}

} // namespace

int main() {
    the_strategy();
    the_strategy_with_failed_queries();
    the_one_in_c();
    the_connector();
    the_sink();
}
