// SPDX-License-Identifier: MIT
//
// The whole connector in a simulated world, against a node and an EPMD that are played.
#pragma once

#include "../simulated_beam.hpp"

#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

extern "C" const kith_entry kith_plugin_entry_connector_erlang;

namespace kith::erlang::test {

using namespace std::chrono_literals;
using kith::testkit::Report;
using kith::testkit::Rig;
using kith::testkit::SimNet;
using Kind = Report::Kind;
using Names = std::vector<std::string>;

inline constexpr const char *app = "app@10.0.0.7";

inline bool has(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

struct World {
    World() {
        here.env("HOME", "/home/app");
        here.file("/home/app/.erlang.cookie", "secret\n", {0400, 1000, 1000});
        epmd.add("app", 40000);
    }

    SimNet net;
    Machine &here = net.machine("here", {"10.0.0.7"});
    Machine &there = net.machine("there", {"10.0.0.8"});
    SimulatedEpmd epmd{here};
    SimulatedBeam beam{here, app, "secret", 40000};
};

struct Attached : World {
    explicit Attached(std::string_view options = R"({"node": "app@10.0.0.7"})")
        : rig(here, kith_plugin_entry_connector_erlang, "erlang", options, {"", "", "beam"}) {}
    ~Attached() {
        for (const auto &broken : rig.violations()) BOOST_ERROR(broken);
    }

    void attach() {
        BOOST_REQUIRE(rig.start() == KITH_OK);
        BOOST_REQUIRE_MESSAGE(rig.run_until([this] { return rig.attached(); }), reason());
    }

    /// Start, and tell why it does not attach.
    Report detached() {
        BOOST_REQUIRE(rig.start() == KITH_OK);
        return next_detached(0);
    }
    Report next_detached(std::size_t after) {
        const auto count = [this] { return of(Kind::detached).size(); };
        BOOST_REQUIRE(rig.run_until([&] { return count() > after; }));
        return of(Kind::detached).back();
    }

    std::vector<Report> of(Kind kind) const {
        std::vector<Report> some;
        for (const Report &report : rig.reports())
            if (report.kind == kind) some.push_back(report);
        return some;
    }
    std::string reason() const {
        const auto some = of(Kind::detached);
        return some.empty() ? "nothing was said" : some.back().text;
    }

    Report join(const std::string &name, kith::testkit::Pairs attributes = {}) {
        const auto op = rig.connect({name, name, std::move(attributes), {}});
        return ended(op);
    }
    Report part(const std::string &name) {
        const auto op = rig.disconnect({name, name, {}, {}});
        return ended(op);
    }
    Report ended(std::uint64_t op) {
        BOOST_REQUIRE(op != 0);
        const Report *report = rig.await_done(op);
        if (report == nullptr) throw std::runtime_error("it was not done in time");
        return *report;
    }
    std::vector<std::string> links() const { return rig.links(); }

    Rig rig;
};

} // namespace kith::erlang::test
