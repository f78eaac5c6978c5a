// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE sink_exec
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

extern "C" const kith_entry kith_plugin_entry_sink_exec;

using namespace std::chrono_literals;
using kith::testkit::Program;
using kith::testkit::ProgramRun;
using kith::testkit::SimNet;

namespace {

constexpr const char *path = "/usr/local/bin/events";
constexpr const char *usual = R"({"command": ["/usr/local/bin/events", "-"]})";

struct Fixture {
    Fixture() { here.program(path, Program().until_end_of_input()); }
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
    void publish(int first, int last) {
        for (int i = first; i <= last; ++i) harness.event(KITH_EVENT_LINK_UP, json(i));
    }
    static std::string json(int i) { return R"({"kind":"link.up","n":)" + std::to_string(i) + "}"; }
    static std::string lines(int first, int last) {
        std::string out;
        for (int i = first; i <= last; ++i) out += json(i) + "\n";
        return out;
    }
    const ProgramRun &last() const { return here.runs().back(); }
    /// Sets the behaviour of the program until it is replaced, and the expected log text.
    void logs(std::string_view part) {
        BOOST_TEST(harness.run_until([&] { return harness.logged_reason(part); }), "nothing says: " << part);
    }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    kith::testkit::PluginHarness harness{here, kith_plugin_entry_sink_exec, "exec", usual};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(events_are_written_as_lines_to_standard_input, Fixture) {
    start();
    BOOST_TEST(harness.mask() == UINT64_MAX);
    publish(1, 1000);
    harness.run_for(1s);
    BOOST_TEST(last().input == lines(1, 1000));
    BOOST_TEST(last().arguments == std::vector<std::string>{"-"});
    BOOST_TEST(here.runs().size() == 1u);
    BOOST_TEST(harness.stop());
    BOOST_TEST(!last().asked_to_end); // it has read all input and has ended by itself
    BOOST_TEST(last().code == 0u);
}

BOOST_FIXTURE_TEST_CASE(events_before_the_program_runs_are_queued, Fixture) {
    BOOST_REQUIRE(harness.start() == KITH_OK);
    publish(1, 300);
    harness.run_for(1s);
    BOOST_TEST(last().input == lines(1, 300));
}

BOOST_FIXTURE_TEST_CASE(a_large_batch_is_written_in_pieces, Fixture) {
    start();
    const std::string large = "{\"x\":\"" + std::string(10'000, 'x') + "\"}";
    for (int i = 0; i < 256; ++i) harness.event(KITH_EVENT_LINK_UP, large);
    harness.run_for(1s);
    BOOST_TEST(last().input.size() == 256 * (large.size() + 1));
}

BOOST_FIXTURE_TEST_CASE(a_program_that_exits_is_restarted_with_growing_delay, Fixture) {
    here.program(path, Program().wait(10ms).print_error("full\n").exit(3));
    start();
    logs("it exited with 3: full");
    harness.run_for(300s);
    BOOST_TEST(here.runs().size() > 8u);
    BOOST_TEST(here.runs().size() < 18u);
    here.program(path, Program().until_end_of_input());
    publish(1, 10);
    harness.run_for(40s);
    BOOST_TEST(last().input == lines(1, 10));
}

BOOST_FIXTURE_TEST_CASE(unread_events_are_written_to_the_next_program, Fixture) {
    here.program(path, Program().stop_reading().wait(5s).exit(1));
    start();
    const std::string large = "{\"x\":\"" + std::string(100'000, 'x') + "\"}";
    harness.event(KITH_EVENT_LINK_UP, large);
    publish(1, 3);
    harness.run_for(1s);
    here.program(path, Program().until_end_of_input());
    harness.run_for(10s);
    BOOST_TEST((last().input == large + "\n" + lines(1, 3)));
}

BOOST_FIXTURE_TEST_CASE(a_program_that_does_not_read_is_killed_and_restarted, Fixture) {
    here.program(path, Program().stop_reading().hang().ignore_term());
    start();
    harness.event(KITH_EVENT_LINK_UP, std::string(100'000, 'x'));
    logs("its time was over");
    logs("it was ended by signal 9");
    here.program(path, Program().close_input().hang());
    logs("the connection broke");
    logs("it was ended by signal 15");
    here.program(path, Program().until_end_of_input());
    harness.run_for(40s);
    BOOST_TEST(last().input.size() == 100'001u);
}

BOOST_FIXTURE_TEST_CASE(a_missing_or_not_executable_program_is_logged_and_tried_again, Fixture) {
    here.remove_program(path);
    start();
    logs("/usr/local/bin/events: there is no such thing");
    here.fail_path(path, KITH_DENIED);
    logs("/usr/local/bin/events: no permission");
    publish(1, 2);
    here.fail_path(path, KITH_OK);
    here.program(path, Program().flood("nobody reads this").exit(0));
    here.program(path, Program().until_end_of_input());
    harness.run_for(40s);
    BOOST_TEST(last().input == lines(1, 2));
}

BOOST_FIXTURE_TEST_CASE(at_stop_the_program_has_two_seconds_to_end, Fixture) {
    here.program(path, Program().hang()); // with any input
    start();
    publish(1, 10);
    harness.run_for(1s);
    const auto before = net.now();
    BOOST_TEST(harness.stop());
    BOOST_TEST((net.now() - before >= 2s));
    BOOST_TEST((net.now() - before < 3s));
    BOOST_TEST(last().signal == 15u);
    BOOST_TEST(last().input == lines(1, 10));
}

BOOST_AUTO_TEST_CASE(stop_succeeds_at_any_moment) {
    for (int i = 0; i < 60; ++i) {
        Fixture f;
        f.here.program(path, i % 2 == 0 ? Program().stop_reading().wait(20ms).exit(1) : Program().until_end_of_input());
        BOOST_REQUIRE(f.harness.start() == KITH_OK);
        f.harness.event(KITH_EVENT_LINK_UP, std::string(100'000, 'x'));
        f.publish(1, 20);
        f.harness.run_for(i * 1ms);
    }
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    const auto calls = kith::testkit::fail_each([&](SimNet &net) {
        auto &here = net.machine("here", {"10.0.0.1"});
        here.program(path, Program().until_end_of_input());
        kith::testkit::PluginHarness harness(here, kith_plugin_entry_sink_exec, "exec", usual);
        if (harness.start() != KITH_OK) return;
        harness.run_for(10ms);
        harness.event(KITH_EVENT_LINK_UP, "{}");
        harness.run_until([&] { return harness.failed() || (!here.runs().empty() && here.runs().back().input == "{}\n"); });
        if (!harness.failed() && here.runs().back().input != "{}\n") throw std::runtime_error("it does not recover");
        if (!harness.stop()) throw std::runtime_error("it does not stop");
        if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
    });
    BOOST_TEST(calls > 4u);
}
