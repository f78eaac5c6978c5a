// SPDX-License-Identifier: MIT
//
// Plugins that were built once for each version of the ABI; every later host must load and run them (rules A1, A2, A3).
#define BOOST_TEST_MODULE abi_reference
#include "core/loader/registry.hpp"

#include <tests/temporary_directory.hpp>

#include <kith/service/clock.h>
#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/env.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/log.h>
#include <kith/service/loop.h>
#include <kith/service/metric.h>
#include <kith/service/node.h>
#include <kith/service/options.h>
#include <kith/service/process.h>
#include <kith/service/random.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>
#include <kith/service/udp.h>
#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace {

using namespace std::chrono_literals;
using namespace kith::testkit;
namespace fs = std::filesystem;

boost::test_tools::assertion_result built_for_this(boost::unit_test::test_unit_id) {
#if defined(__x86_64__) && defined(__linux__)
    return true;
#else
    boost::test_tools::assertion_result result(false);
    result.message() << "the reference plugins are binaries for x86-64";
    return result;
#endif
}

std::vector<std::string> versions() {
    std::vector<std::string> out;
    for (const auto &entry : fs::directory_iterator(KITH_SOURCE_DIR "/sdk/abi/reference/bin"))
        out.push_back(entry.path().filename());
    std::ranges::sort(out);
    return out;
}

std::string library(const std::string &version, const std::string &name) {
    return KITH_SOURCE_DIR "/sdk/abi/reference/bin/" + version + "/libreference_" + name + ".so";
}

struct Fixture {
    SimNet net{1};
    SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    std::unique_ptr<PluginHarness> harness;

    void start(const std::string &version, const std::string &name, const char *options = "{}") {
        harness = std::make_unique<PluginHarness>(here, library(version, name).c_str(), "", options);
        harness->node("app@10.0.0.1");
        BOOST_REQUIRE_MESSAGE(harness->start() == KITH_OK, harness->error());
    }
    ~Fixture() {
        if (!harness) return;
        BOOST_TEST(harness->stop());
        harness->destroy();
        for (const auto &broken : harness->violations()) BOOST_ERROR(broken);
    }
    // Whether it logged this message with one field of this name and value.
    bool said(std::string_view message, std::string_view name, std::string_view value = "") const {
        return std::ranges::any_of(harness->log(), [&](const RecordedLine &line) {
            return line.message == message && line.fields.size() == 1 && line.fields[0].first == name &&
                   line.fields[0].second == value;
        });
    }
};

} // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(built_for_this))
BOOST_AUTO_TEST_SUITE(reference_plugins)

BOOST_DATA_TEST_CASE(reference_plugins_of_each_version_are_loaded, versions()) {
    // A temporary folder, so that rule L1 does not depend on where the sources are.
    const kith::test::TemporaryDirectory folder;
    kith::core::LoaderSettings settings;
    for (const char *id : {KITH_CLOCK, KITH_CONNECTOR, KITH_DISCOVERY, KITH_DNS, KITH_ENV, KITH_FILE, KITH_HTTP, KITH_LOG,
                           KITH_LOOP, KITH_METRIC, KITH_NODE, KITH_OPTIONS, KITH_PROCESS, KITH_RANDOM, KITH_SINK, KITH_STATE,
                           KITH_TCP, KITH_TIMER, KITH_UDP})
        settings.services.emplace_back(id);
    kith::core::Registry registry(settings);
    for (const char *name : {"strategy", "connector", "sink", "tour"}) {
        const fs::path copy = folder / ("lib" + std::string(name) + ".so");
        fs::copy_file(library(sample, name), copy);
        BOOST_REQUIRE(::chmod(copy.c_str(), 0644) == 0);
        BOOST_TEST(registry.load(copy), (registry.refused().empty() ? "" : registry.refused().back().reason));
    }
    BOOST_REQUIRE(registry.plugins().size() == 4u);
    BOOST_TEST(registry.plugins()[0]->library().abi() == sample);
}

BOOST_DATA_TEST_CASE_F(Fixture, a_reference_strategy_runs, versions()) {
    start(sample, "strategy", R"({"peers": ["a@h", "b@h"], "interval": 500})");
    BOOST_TEST(said("begun", "node", "app@10.0.0.1"));
    harness->run_for(3s);
    BOOST_TEST(harness->observations().size() == 6u);
    BOOST_REQUIRE(harness->peers().size() == 2u);
    BOOST_TEST(harness->peers()[1].name == "b@h");
    BOOST_TEST(harness->peers()[1].attribute("zone") == "a");
    BOOST_TEST(said("posted", "user", "9"));
    harness->refresh();
    BOOST_TEST(harness->observations().size() == 7u);
    here.jump_wall(1h);
    harness->node("other@10.0.0.1");
    harness->run_for(1ms);
    BOOST_TEST(said("the clock jumped", "ahead", "yes"));
    BOOST_TEST(said("the node changed", "name", "other@10.0.0.1"));
    BOOST_REQUIRE(harness->metrics().size() == 1u);
    BOOST_TEST(harness->metrics()[0].value == static_cast<double>(harness->observations().size()));
}

BOOST_DATA_TEST_CASE_F(Fixture, a_reference_connector_runs, versions()) {
    start(sample, "connector");
    harness->run_for(1ms);
    BOOST_TEST(harness->attached_node() == "reference@10.0.0.1");
    const RecordedPeer peer{"k", "b@h", {{"zone", "a"}}, {}};
    const Report *joined = harness->await_done(harness->connect(peer));
    BOOST_REQUIRE(joined != nullptr);
    BOOST_TEST(joined->status == KITH_OK);
    BOOST_TEST(harness->links() == std::vector<std::string>{"b@h"});
    BOOST_TEST(harness->await_done(harness->disconnect(peer))->status == KITH_OK);
    BOOST_TEST(harness->links().empty());
    harness->refresh();
    BOOST_TEST(harness->logged("asked for the links"));
    harness->connect(peer); // is outstanding at stop
}

BOOST_DATA_TEST_CASE_F(Fixture, a_reference_sink_runs, versions()) {
    start(sample, "sink");
    harness->event(KITH_EVENT_LINK_UP, "{}", "a@h");
    harness->event(KITH_EVENT_PEER_LOST, "{}", "not asked for");
    harness->run_for(10ms);
    harness->event(KITH_EVENT_LINK_DOWN, "{}", "b@h");
    harness->run_for(10ms);
    BOOST_TEST(said("event", "peer", "a@h"));
    BOOST_TEST(said("event", "peer", "b@h"));
    BOOST_TEST(!said("event", "peer", "not asked for"));
    BOOST_TEST(harness->events_waiting() == 0u);
}

// One operation of each service with completions.
BOOST_DATA_TEST_CASE_F(Fixture, a_reference_plugin_uses_each_service, versions()) {
    SimulatedMachine &server = net.machine("server", {"10.0.0.2"});
    ScriptedServer echo(server, 4000);
    echo.script().expect("hello").send("world").close();
    HttpServer api(server, 80);
    api.route("/peers", HttpReply(200, "all of them").field("Content-Type", "text/plain"));
    net.dns().address("app.example", {"10.0.0.7"});
    net.split(false);
    here.env("HOME", "/home/app");
    here.file("/etc/peers", "old");
    here.program("/bin/peers", Program().expect("go\n").print("a@h\n").exit(3));
    start(sample, "tour");
    harness->run_for(5s);
    for (const auto &[what, value] : std::initializer_list<std::pair<const char *, const char *>>{
             {"env.get", "/home/app"}, {"tcp.connect", "10.0.0.2"},  {"tcp.write", ""},           {"tcp.read", "world"},
             {"tcp.listen", "4001"},   {"udp.bind", "4002"},         {"udp.join", "230.1.1.251"}, {"udp.receive", "hello"},
             {"udp.send", "1"},        {"dns.query", "records"},     {"dns.record", ""},          {"http.open", ""},
             {"http.request", "200"},  {"http.read", "all of them"}, {"file.read", "old"},        {"file.write", ""},
             {"file.watch", ""},       {"state.save", ""},           {"state.load", "kept"},      {"process.start", ""},
             {"process.write", ""},    {"process.read", "a@h\n"},    {"process.wait", "3"}})
        BOOST_TEST(said(what, "ok", value), what << " did not end well");
    BOOST_TEST(harness->outstanding() == 0u);
    harness->refresh();
    using enum Observation::Kind;
    std::vector<Observation::Kind> kinds;
    for (const auto &each : harness->observations()) kinds.push_back(each.kind);
    BOOST_TEST((kinds == std::vector{update, heard, watching, left_out, failed}));
    BOOST_TEST(harness->peers().at(0).ttl == 30s);
}

BOOST_AUTO_TEST_SUITE_END()
