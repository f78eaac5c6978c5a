// names_file in a simulation: a file that changes, is removed, and cannot be read; and a failure of each service call.
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/rig.hpp>

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
int looked(const Rig &rig) {
    if (rig.observations().empty()) return 0;
    const auto &last = rig.observations().back();
    return last.kind == Observation::Kind::failed ? last.status : static_cast<int>(rig.peers().size());
}

void a_day(SimNet &net) {
    auto &here = net.machine("here", {"10.0.0.1"});
    const auto expect = [&](const Rig &rig, int what, int line) { // only before an injected failure
        if (net.fault().empty()) check(looked(rig) == what, "the result of the last read", line);
    };

    here.file("/peers", "a@h\n# ours\n b@h \r\n");
    Rig rig(here, kith_plugin_entry_strategy_names_file, "names_file", R"({"file": "/peers"})");
    if (rig.start() == KITH_OK) {
        rig.run_for(1s);
        expect(rig, 2, __LINE__);
        here.file("/peers", "b@h");
        rig.run_for(10s);
        expect(rig, 1, __LINE__);
        here.file("/peers", "\xFF\n");
        rig.run_for(10s);
        expect(rig, KITH_PROTOCOL, __LINE__);
        here.remove("/peers");
        rig.run_for(10s);
        expect(rig, KITH_NOT_FOUND, __LINE__);
        here.fail_path("/peers", KITH_DENIED);
        rig.refresh();
        rig.run_for(1s);
        expect(rig, KITH_DENIED, __LINE__);
        here.fail_path("/peers", KITH_OK);
        here.file("/peers", "");
        rig.run_for(10s);
        expect(rig, 0, __LINE__);
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
