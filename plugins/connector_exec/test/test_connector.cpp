// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE connector_exec
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <set>

extern "C" const kith_entry kith_plugin_entry_connector_exec;

using namespace std::chrono_literals;
using kith::testkit::Program;
using kith::testkit::ProgramRun;
using kith::testkit::RecordedPeer;
using kith::testkit::Report;
using kith::testkit::SimNet;

namespace {

constexpr const char *simple = R"({"node": "me@h", "connect": ["/bin/join", "{name}"], "disconnect": ["/bin/part", "{name}"]})";
constexpr const char *listing = R"({"node": "me@h", "connect": ["/bin/join", "{name}"], "disconnect": ["/bin/part", "{name}"],
                                    "list": ["/bin/links", "-a"]})";

RecordedPeer peer(const std::string &name) {
    return {.key = name, .name = name, .attributes = {{"ip", "10.0.0.9"}}, .ttl = {}};
}

/// A mesh that the programs change.
struct Fixture {
    explicit Fixture(const char *options = simple) : harness(here, kith_plugin_entry_connector_exec, "exec", options) {
        here.program("/bin/join", [this](const ProgramRun &run) {
            mesh.insert(run.arguments.at(0));
            return Program().wait(20ms);
        });
        here.program("/bin/part", [this](const ProgramRun &run) {
            mesh.erase(run.arguments.at(0));
            return Program();
        });
        here.program("/bin/links", [this](const ProgramRun &) {
            std::string all = "[\"me@h\"";
            for (const auto &one : mesh) all += ",\"" + one + "\"";
            return Program().print(all + "]");
        });
    }
    ~Fixture() {
        BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
        harness.destroy();
        harness.run_for(10s);
        for (const auto &run : here.runs()) BOOST_TEST(!run.running);
    }
    void start() {
        BOOST_REQUIRE(harness.start() == KITH_OK);
        harness.run_for(10ms);
    }
    const Report &done(std::uint64_t op) {
        const Report *out = harness.await_done(op);
        if (out == nullptr) throw std::runtime_error("it is never done");
        return *out;
    }
    void fails(std::uint64_t op, std::int32_t status, std::string_view part) {
        const Report &out = done(op);
        BOOST_TEST(out.status == status, out.text);
        BOOST_TEST(out.text.find(part) != std::string::npos, out.text);
        BOOST_TEST_MESSAGE(out.text);
    }
    std::string links() const {
        std::string out;
        for (const auto &name : harness.links()) out += (out.empty() ? "" : " ") + name;
        return out;
    }
    std::size_t count(std::string_view path) const {
        std::size_t out = 0;
        for (const auto &run : here.runs()) out += run.path == path ? 1 : 0;
        return out;
    }

    std::set<std::string> mesh;
    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    kith::testkit::PluginHarness harness;
};

struct Listing : Fixture {
    Listing() : Fixture(listing) {}
};

} // namespace

BOOST_FIXTURE_TEST_CASE(without_a_list_command_connected_peers_are_links, Fixture) {
    start();
    BOOST_TEST(harness.attached_node() == "me@h");
    BOOST_TEST(done(harness.connect(peer("a@h"))).status == KITH_OK);
    BOOST_TEST(done(harness.connect(peer("a@h"))).status == KITH_OK);
    BOOST_TEST(done(harness.connect(peer("b@h"))).status == KITH_OK);
    BOOST_TEST(links() == "a@h b@h");
    BOOST_TEST(done(harness.disconnect(peer("a@h"))).status == KITH_OK);
    BOOST_TEST(done(harness.disconnect(peer("c@h"))).status == KITH_OK);
    BOOST_TEST(links() == "b@h");
    harness.refresh();
    BOOST_TEST(links() == "b@h");
    const auto &run = here.runs().at(0);
    BOOST_TEST(run.arguments == std::vector<std::string>{"a@h"});
    BOOST_TEST(run.variable("KITH_NODE") == "me@h");
    BOOST_TEST(run.variable("KITH_NAME") == "a@h");
    BOOST_TEST(run.variable("KITH_KEY") == "a@h");
    BOOST_TEST(run.variable("KITH_ATTRIBUTE_IP") == "10.0.0.9");
}

BOOST_FIXTURE_TEST_CASE(with_a_list_command_its_output_gives_the_links, Listing) {
    mesh = {"x@h"};
    start();
    BOOST_TEST(harness.attached_node() == "me@h");
    BOOST_TEST(links() == "x@h"); // without the local node
    BOOST_TEST(done(harness.connect(peer("a@h"))).status == KITH_OK);
    BOOST_TEST(links() == "x@h");
    harness.run_for(200ms);
    BOOST_TEST(links() == "a@h x@h");
    BOOST_TEST(done(harness.disconnect(peer("x@h"))).status == KITH_OK);
    harness.run_for(200ms);
    BOOST_TEST(links() == "a@h");
    mesh.clear(); // not by kith
    harness.run_for(6s);
    BOOST_TEST(links() == "");
    const auto before = count("/bin/links");
    harness.refresh();
    harness.run_for(200ms);
    BOOST_TEST(count("/bin/links") == before + 1);
}

BOOST_FIXTURE_TEST_CASE(a_failing_list_command_detaches_the_node, Listing) {
    start();
    const auto epoch = harness.epoch();
    const auto detached = [&](const Program &program, std::int32_t status, std::string_view part) {
        here.program("/bin/links", program);
        harness.refresh();
        const auto before = harness.reports().size();
        BOOST_REQUIRE(harness.run_until([&] { return harness.reports().size() > before; }));
        const Report &output = harness.reports().back();
        BOOST_TEST((output.kind == Report::Kind::detached));
        BOOST_TEST(output.status == status, output.text);
        BOOST_TEST(output.text.starts_with("/bin/links: "), output.text);
        BOOST_TEST(output.text.find(part) != std::string::npos, output.text);
        BOOST_TEST_MESSAGE(output.text);
        BOOST_TEST(!harness.attached());
    };
    detached(Program().print_error("is the daemon running?\n").exit(1), KITH_UNAVAILABLE,
             "it exited with 1: is the daemon running?");
    detached(Program().hang().ignore_term(), KITH_TIMED_OUT, "not done within 7 s");
    detached(Program(), KITH_PROTOCOL, "it printed nothing");
    detached(Program().print("what is this\n"), KITH_PROTOCOL, "line 1, `is`");
    detached(Program().flood(std::string(4096, 'a')), KITH_LIMIT, "more than 1048576 bytes");
    detached(Program().crash(), KITH_UNAVAILABLE, "it was ended by signal 11");
    here.program("/bin/links", Program().print("b@h\n"));
    harness.refresh();
    harness.run_for(1s);
    BOOST_TEST(harness.attached());
    BOOST_TEST(harness.epoch() > epoch);
    BOOST_TEST(links() == "b@h");
}

BOOST_FIXTURE_TEST_CASE(a_failing_command_is_reported_with_its_reason, Fixture) {
    start();
    const auto with = [&](const Program &program) {
        here.program("/bin/join", program);
        return harness.connect(peer("a@h"));
    };
    fails(with(Program().print_error("no route\n").exit(2)), KITH_UNAVAILABLE, "/bin/join: it exited with 2: no route");
    fails(with(Program().crash(6)), KITH_UNAVAILABLE, "/bin/join: it was ended by signal 6");
    fails(with(Program().hang()), KITH_TIMED_OUT, "/bin/join: not done within 7 s");
    fails(with(Program().hang().ignore_term()), KITH_TIMED_OUT, "/bin/join: not done within 7 s");
    fails(with(Program().close_output().close_input().hang()), KITH_TIMED_OUT, "/bin/join: not done within 7 s");
    fails(with(Program().flood("x", 1ms)), KITH_TIMED_OUT, "/bin/join: not done within 7 s"); // its output is not read
    here.remove_program("/bin/join");
    fails(harness.connect(peer("a@h")), KITH_NOT_FOUND, "/bin/join: there is no such thing");
    here.fail_path("/bin/join", KITH_DENIED);
    fails(harness.connect(peer("a@h")), KITH_DENIED, "/bin/join: no permission");
    fails(harness.connect(peer("--config=evil")), KITH_DENIED, "would be read as an option");
    BOOST_TEST(links() == "");
}

BOOST_AUTO_TEST_CASE(a_placeholder_of_a_missing_attribute_is_refused) {
    Fixture f(R"({"node": "me@h", "connect": ["/bin/join", "{rack}"]})");
    f.start();
    f.fails(f.harness.connect(peer("a@h")), KITH_INVALID, "the peer a@h has no attribute `rack`");
    BOOST_TEST(f.done(f.harness.disconnect(peer("a@h"))).status == KITH_OK); // no program is configured for it
    BOOST_TEST(f.here.runs().empty());
}

BOOST_AUTO_TEST_CASE(a_missing_connect_command_is_refused_with_a_reason) {
    SimNet net;
    kith::testkit::PluginHarness harness(net.machine("here", {"10.0.0.1"}), kith_plugin_entry_connector_exec, "exec",
                                         R"({"node": "me@h"})");
    BOOST_TEST(harness.start() == KITH_INVALID);
    BOOST_TEST(harness.error() == "option /connect is missing: expected the absolute path of a program and its arguments");
    BOOST_TEST(harness.violations().empty());
}

BOOST_AUTO_TEST_CASE(at_most_parallel_programs_run_at_a_time) {
    Fixture f(R"({"node": "me@h", "connect": ["/bin/join", "{name}"], "parallel": 3})");
    f.start();
    std::vector<std::uint64_t> ops;
    for (int i = 0; i < 30; ++i) ops.push_back(f.harness.connect(peer("p" + std::to_string(i))));
    std::size_t most = 0;
    f.harness.run_until([&] {
        std::size_t now = 0;
        for (const auto &run : f.here.runs()) now += run.running ? 1 : 0;
        most = std::max(most, now);
        return f.harness.links().size() == 30;
    });
    BOOST_TEST(most == 3u);
    for (const auto op : ops) BOOST_TEST(f.done(op).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(many_changes_cause_few_list_commands) {
    Fixture f(listing);
    f.start();
    for (int i = 0; i < 200; ++i) f.harness.connect(peer("p" + std::to_string(i)));
    f.harness.run_for(3s);
    BOOST_TEST(f.harness.links().size() == 200u);
    BOOST_TEST(f.count("/bin/links") < 12u);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_connect_ends_its_program, Fixture) {
    start();
    here.program("/bin/join", Program().hang());
    const auto op = harness.connect(peer("a@h"));
    harness.run_for(1s);
    BOOST_TEST(here.runs().back().running);
    harness.cancel(op);
    BOOST_TEST(done(op).status == KITH_CANCELLED);
    BOOST_TEST(!here.runs().back().running);
    BOOST_TEST(here.runs().back().signal == 15u);
}

BOOST_AUTO_TEST_CASE(stop_succeeds_at_any_moment) {
    for (int i = 0; i < 40; ++i) {
        for (const char *options : {simple, listing}) {
            Fixture f(options);
            BOOST_REQUIRE(f.harness.start() == KITH_OK);
            for (int peers = 0; peers < 12; ++peers) f.harness.connect(peer("p" + std::to_string(peers)));
            f.harness.run_for(i * 1ms);
        }
    }
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    for (const char *options : {simple, listing}) {
        const auto calls = kith::testkit::fail_each([&](SimNet &net) {
            auto &here = net.machine("here", {"10.0.0.1"});
            here.program("/bin/join", Program());
            here.program("/bin/links", Program().print("a@h\n"));
            kith::testkit::PluginHarness harness(here, kith_plugin_entry_connector_exec, "exec", options);
            if (harness.start() != KITH_OK) return;
            harness.run_for(10ms);
            for (int i = 0; i < 3; ++i) {
                const auto op = harness.connect(peer("a@h"));
                if (op != 0 && harness.await_done(op) == nullptr) throw std::runtime_error("it is never done");
            }
            harness.run_for(10s);
            if (!harness.failed() && harness.links().size() != 1) throw std::runtime_error("it does not recover");
            if (!harness.stop()) throw std::runtime_error("it does not stop");
            if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
        });
        BOOST_TEST(calls > 4u);
    }
}
