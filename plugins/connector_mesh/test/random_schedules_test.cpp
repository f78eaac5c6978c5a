// SPDX-License-Identifier: MIT
//
// Random schedules of crashes, silences, pauses and partitions. No healthy host is declared down at a healthy one, everything converges
// when the faults are over, and every pair has one link. KITH_SEED=N runs one of them, KITH_RUNS=N so many.
#include "simulated_mesh.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace kith::mesh;
using namespace kith::mesh::test;

namespace {

std::uint64_t given(const char *name, std::uint64_t otherwise) {
    const char *text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Schedule {
    explicit Schedule(std::uint64_t seed) : mesh(2 + seed % 23, seed) {
        mesh.on_report = [this](const SimulatedMesh::Report &report) { check(report); };
    }

    void check(const SimulatedMesh::Report &report) {
        if (report.up) return;
        const std::size_t about = mesh.index_of(report.about);
        // What happened to a host has its effects for a while.
        const auto healthy = [&](std::size_t i) { return mesh.running(i) && mesh.host(i).troubled + 40s < mesh.now(); };
        if (!healthy(about) || !healthy(report.at_host) || split) return;
        wrong += report.about + " down at " + mesh.host(report.at_host).name + " at " + std::to_string(mesh.now() / 1ms) +
                 " ms: " + report.reason + "\n";
    }

    std::vector<std::size_t> everybody() const {
        std::vector<std::size_t> out(mesh.size());
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
        return out;
    }

    void fault() {
        const std::size_t who = mesh.draw(mesh.size());
        switch (mesh.draw(7)) {
        case 0:
            if (mesh.running(who)) mesh.crash(who);
            break;
        case 1:
            if (mesh.running(who)) mesh.vanish(who);
            break;
        case 2:
        case 3:
            if (!mesh.running(who)) mesh.start(who, everybody());
            break;
        case 4:
            if (mesh.running(who)) mesh.pause(who, Time(static_cast<std::int64_t>(mesh.draw(8'000'000'000))));
            break;
        case 5: // a cable
            cut(who, !cut_off.contains(who));
            break;
        case 6:
            if (mesh.running(who)) mesh.leave(who, mesh.draw(2) == 0);
            break;
        }
    }
    void cut(std::size_t who, bool on) {
        mesh.trouble(who);
        if (on) {
            cut_off.insert(who);
        } else {
            cut_off.erase(who);
        }
        for (std::size_t i = 0; i < mesh.size(); ++i) {
            if (i != who) mesh.cut(who, i, on || cut_off.contains(i));
        }
    }

    std::string run() {
        mesh.start_all();
        mesh.run_for(10s);
        if (!mesh.converged()) return "it has not formed\n" + mesh.describe();
        const std::uint64_t faults = 2 + mesh.draw(12);
        for (std::uint64_t i = 0; i < faults; ++i) {
            fault();
            mesh.run_for(Time(static_cast<std::int64_t>(mesh.draw(12'000'000'000))));
        }
        for (const std::size_t who : std::set<std::size_t>(cut_off)) cut(who, false);
        for (std::size_t i = 0; i < mesh.size(); ++i) {
            if (!mesh.running(i)) mesh.start(i, everybody());
        }
        if (!mesh.run_until([this] { return mesh.converged(); }, 420s)) return "it has not converged\n" + mesh.describe();
        mesh.reports.clear();
        mesh.run_for(60s);
        if (!mesh.converged()) return "it has not stayed converged\n" + mesh.describe();
        if (!mesh.run_until([this] { return mesh.one_link_each(); }, 5s)) return "a pair has two links\n" + mesh.describe();
        return wrong;
    }

    SimulatedMesh mesh;
    std::set<std::size_t> cut_off;
    bool split = false;
    std::string wrong;
};

} // namespace

BOOST_AUTO_TEST_CASE(random_schedules) {
    const std::uint64_t first = given("KITH_SEED", 1), runs = given("KITH_RUNS", std::getenv("KITH_SEED") != nullptr ? 1 : 20);
    for (std::uint64_t seed = first; seed < first + runs; ++seed) {
        const std::string wrong = Schedule(seed).run();
        BOOST_TEST(wrong == "", "KITH_SEED=" << seed << ": " << wrong);
    }
}
