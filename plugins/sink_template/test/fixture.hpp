// SPDX-License-Identifier: MIT
//
// The sink on a simulated machine, with the members that a test sets.
#pragma once

#include <kith/service/sink.h>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

extern "C" const kith_entry kith_plugin_entry_sink_template;

namespace sink_template_test {

using namespace std::chrono_literals;
using kith::testkit::Program;
using kith::testkit::RecordedPeer;
using kith::testkit::SimNet;

inline const std::string file = "/run/kith/peers";
inline const std::string candidate = "/run/kith/peers.new";
inline const std::string template_path = "/etc/kith/peers.template";
inline const std::string checker = "/usr/bin/check";
inline const std::string reloader = "/usr/bin/reload";

inline RecordedPeer peer(std::string name, kith::testkit::Pairs attributes = {}) {
    return {"", std::move(name), std::move(attributes), {}};
}

struct Fixture {
    Fixture() {
        here.file(template_path, "{{each}}{{name}}\n{{end}}");
        here.directory("/run/kith");
        here.program(checker, Program());
        here.program(reloader, Program());
    }
    ~Fixture() {
        if (!sink) return;
        BOOST_TEST((!sink->running() || sink->stop()));
        for (const auto &broken : sink->violations()) BOOST_ERROR(broken);
        BOOST_TEST(sink->outstanding() == 0u);
    }
    /// more: members of the options, each after a comma.
    void start(const std::string &more = "") {
        sink = std::make_unique<kith::testkit::PluginHarness>(here, kith_plugin_entry_sink_template, "template",
                                                              R"({"template": ")" + template_path + R"(", "file": ")" + file +
                                                                  '"' + more + '}');
        known = {peer("a@h"), peer("b@h")};
        sink->members("t", known);
        BOOST_REQUIRE(sink->start() == KITH_OK);
        sink->run_for(100ms);
    }
    /// The topology has these members now, and an event reports it.
    void change(std::vector<RecordedPeer> members) {
        known = std::move(members);
        sink->members("t", known);
        sink->event(KITH_EVENT_PEER_DISCOVERED, "{}");
    }
    std::string content() const { return here.file(file).value_or("none"); }
    bool becomes(const std::string &expected, SimNet::Duration bound = 1min) {
        return sink->run_until([&] { return content() == expected; }, bound);
    }
    std::size_t runs_of(const std::string &path) const {
        std::size_t count = 0;
        for (const auto &run : here.runs()) count += run.path == path ? 1 : 0;
        return count;
    }
    /// Whether a line of the log has this in its reason, now or within a minute.
    bool logs(std::string_view part) {
        return sink->run_until([&] { return sink->logged_reason(part); });
    }
    std::size_t warnings() const { return sink->warnings(); }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    std::unique_ptr<kith::testkit::PluginHarness> sink;
    std::vector<RecordedPeer> known;
};

inline const std::string with_check = R"(, "check": ["/usr/bin/check", "-f", "{file}"])";
inline const std::string with_command = R"(, "command": ["/usr/bin/reload", "{file}"])";

} // namespace sink_template_test
