// SPDX-License-Identifier: MIT
//
// The plugin in the simulated world, built with nothing but the installed SDK.
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <cstdio>

extern "C" const kith_entry kith_plugin_entry_strategy_hello;

namespace {

bool good(bool condition, const char *what) {
    if (!condition) std::fprintf(stderr, "not so: %s\n", what);
    return condition;
}

} // namespace

int main() {
    using kith::testkit::Observation;
    kith::testkit::SimNet net(1);
    auto &here = net.machine("here", {"10.0.0.7"});
    auto &there = net.machine("registry", {"10.0.0.1"});
    kith::testkit::ScriptedServer server(there, 4711);
    server.script().send("a@10.0.0.8\nb@10.0.0.9\n").close();

    kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_hello, "hello", R"({"server": "registry"})");
    bool all =
        good(harness.start() == KITH_OK && harness.await_observation() && harness.peers().size() == 2, "two peers are seen");
    net.partition(here, there);
    all &= good(harness.await_observation() && harness.observations().back().kind == Observation::Kind::failed,
                "an outage is a failure");
    all &= good(harness.stop() && harness.violations().empty(), "it keeps the rules");
    return all ? 0 : 1;
}
