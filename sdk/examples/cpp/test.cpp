// probe in a simulation: hosts that listen, do not listen, are cut off; and a failure of each service call.
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>

#include <cstdio>
#include <cstdlib>

extern "C" const kith_entry kith_plugin_entry_strategy_probe;

#define CHECK(what) check(what, #what, __LINE__)

namespace {

using namespace kith::testkit;
using namespace std::chrono_literals;

void check(bool good, const char *what, int line) {
    if (good) return;
    std::fprintf(stderr, "test.cpp:%d: failed: %s\n", line, what);
    std::exit(1);
}

void a_day(SimNet &net) {
    auto &here = net.machine("here", {"10.0.0.1"});
    auto &a = net.machine("a", {"10.0.0.2"});
    auto &b = net.machine("b", {"10.0.0.3"}); // no process listens there
    ScriptedServer server(a, 80);
    const auto fine = [&] { return net.fault().empty(); }; // only before an injected failure

    PluginHarness harness(here, kith_plugin_entry_strategy_probe, "probe", R"({"hosts": ["a", "b", "c"], "port": 80})");
    if (harness.start() == KITH_OK) {
        const bool seen = harness.await_observation();
        if (fine()) CHECK(seen && harness.peers().size() == 1 && harness.peers()[0].name == "app@a");
        net.partition(here, a, Route::unreachable);
        net.partition(here, b, Route::unreachable);
        const bool again = harness.await_observation(); // c does not resolve: no host can be probed
        if (fine())
            CHECK(again && harness.observations().back().kind == Observation::Kind::failed && harness.peers().size() == 1);
        net.heal(here, a);
        if (harness.running()) harness.refresh();
        const bool better = harness.await_observation();
        if (fine()) CHECK(better && harness.observations().back().kind == Observation::Kind::replace);
        if (harness.running()) harness.stop();
    }
    for (const auto &rule : harness.violations()) std::fprintf(stderr, "%s\n", rule.c_str());
    CHECK(harness.violations().empty());
}

} // namespace

int main() {
    SimNet net(1);
    a_day(net);
    CHECK(fail_each(a_day) > 10);
}
