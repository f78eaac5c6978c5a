// SPDX-License-Identifier: MIT
//
// The plugin in the simulated world, built with nothing but the installed SDK.
#include <kith/testkit/peer.hpp>
#include <kith/testkit/rig.hpp>

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
    kith::testkit::Peer server(there, 4711);
    server.script().send("a@10.0.0.8\nb@10.0.0.9\n").close();

    kith::testkit::Rig rig(here, kith_plugin_entry_strategy_hello, "hello", R"({"server": "registry"})");
    bool all = good(rig.start() == KITH_OK && rig.await_observation() && rig.peers().size() == 2, "two peers are seen");
    net.partition(here, there);
    all &=
        good(rig.await_observation() && rig.observations().back().kind == Observation::Kind::failed, "an outage is a failure");
    all &= good(rig.stop() && rig.violations().empty(), "it keeps the rules");
    return all ? 0 : 1;
}
