// probe in a simulation: hosts that listen, do not listen, are cut off; and a failure of each service call.
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/peer.hpp>
#include <kith/testkit/rig.hpp>

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
    Peer server(a, 80);
    const auto fine = [&] { return net.fault().empty(); }; // only before an injected failure

    Rig rig(here, kith_plugin_entry_strategy_probe, "probe", R"({"hosts": ["a", "b", "c"], "port": 80})");
    if (rig.start() == KITH_OK) {
        const bool seen = rig.await_observation();
        if (fine()) CHECK(seen && rig.peers().size() == 1 && rig.peers()[0].name == "app@a");
        net.partition(here, a, Route::unreachable);
        net.partition(here, b, Route::unreachable);
        const bool again = rig.await_observation(); // c does not resolve: no host can be probed
        if (fine()) CHECK(again && rig.observations().back().kind == Observation::Kind::failed && rig.peers().size() == 1);
        net.heal(here, a);
        if (rig.running()) rig.refresh();
        const bool better = rig.await_observation();
        if (fine()) CHECK(better && rig.observations().back().kind == Observation::Kind::replace);
        if (rig.running()) rig.stop();
    }
    for (const auto &rule : rig.violations()) std::fprintf(stderr, "%s\n", rule.c_str());
    CHECK(rig.violations().empty());
}

} // namespace

int main() {
    SimNet net(1);
    a_day(net);
    CHECK(fail_each(a_day) > 10);
}
