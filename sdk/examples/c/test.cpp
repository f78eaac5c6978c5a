// names_file in a simulation: a file that changes, is removed, and cannot be read; and a failure of each service call.
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <cstdio>
#include <cstdlib>

extern "C" const kith_entry kith_plugin_entry_strategy_names_file;

#define CHECK(what) check(what, #what, __LINE__)

namespace {

using namespace kith::testkit;
using namespace std::chrono_literals;

void check(bool good, const char *what, int line) {
    if (good) return;
    std::fprintf(stderr, "test.cpp:%d: failed: %s\n", line, what);
    std::exit(1);
}

// The result of the last read: the number of peers, or less than zero for a failure.
int looked(const PluginHarness &harness) {
    if (harness.observations().empty()) return 0;
    const auto &last = harness.observations().back();
    return last.kind == Observation::Kind::failed ? last.status : static_cast<int>(harness.peers().size());
}

void a_day(SimNet &net) {
    auto &here = net.machine("here", {"10.0.0.1"});
    const auto expect = [&](const PluginHarness &harness, int what, int line) { // only before an injected failure
        if (net.fault().empty()) check(looked(harness) == what, "the result of the last read", line);
    };

    here.file("/peers", "a@h\n# ours\n b@h \r\n");
    PluginHarness harness(here, kith_plugin_entry_strategy_names_file, "names_file", R"({"file": "/peers"})");
    if (harness.start() == KITH_OK) {
        harness.run_for(1s);
        expect(harness, 2, __LINE__);
        here.file("/peers", "b@h");
        harness.run_for(10s);
        expect(harness, 1, __LINE__);
        here.file("/peers", "\xFF\n");
        harness.run_for(10s);
        expect(harness, KITH_PROTOCOL, __LINE__);
        here.remove("/peers");
        harness.run_for(10s);
        expect(harness, KITH_NOT_FOUND, __LINE__);
        here.fail_path("/peers", KITH_DENIED);
        harness.refresh();
        harness.run_for(1s);
        expect(harness, KITH_DENIED, __LINE__);
        here.fail_path("/peers", KITH_OK);
        here.file("/peers", "");
        harness.run_for(10s);
        expect(harness, 0, __LINE__);
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
