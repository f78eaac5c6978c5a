// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strategy_exec
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>

extern "C" const kith_entry kith_plugin_entry_strategy_exec;

using namespace std::chrono_literals;
using kith::testkit::Observation;
using kith::testkit::Program;
using kith::testkit::ProgramRun;
using kith::testkit::SimNet;
using Kind = Observation::Kind;

namespace {

constexpr const char *path = "/usr/local/bin/peers";
constexpr const char *polls = R"({"command": ["/usr/local/bin/peers", "--all"], "environment": {"ZONE": "a"}})";
constexpr const char *watches = R"({"command": ["/usr/local/bin/peers"], "watch": true})";
const std::string lines = [] {
    std::string out;
    while (out.size() < 4096) out += "x@h\n";
    return out;
}();
const Program two = Program().print("a@h zone=1\nb@h\n");

struct Fixture {
    explicit Fixture(const char *options = polls) : harness(here, kith_plugin_entry_strategy_exec, "exec", options) {
        here.program(path, two);
    }
    ~Fixture() {
        BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
        harness.destroy();
        harness.run_for(10s);
        for (const auto &run : here.runs()) BOOST_TEST(!run.running);
    }
    void start() { BOOST_REQUIRE(harness.start() == KITH_OK); }
    const Observation &next(std::chrono::nanoseconds bound = 1min) {
        BOOST_REQUIRE(harness.await_observation(bound));
        std::size_t last = harness.observations().size() - 1;
        while (harness.observations()[last].kind == Kind::watching) --last;
        return harness.observations()[last];
    }
    std::string names() const {
        std::string out;
        for (const auto &peer : harness.peers()) out += (out.empty() ? "" : " ") + peer.name;
        return out;
    }
    /// Checks that a query failed with this reason, and that the two peers are kept.
    void stays(std::int32_t status, std::string_view part, std::chrono::nanoseconds bound = 1min) {
        const Observation &seen = next(bound);
        BOOST_TEST((seen.kind == Kind::failed));
        BOOST_TEST(seen.status == status, seen.text);
        BOOST_TEST(seen.text.starts_with(path), seen.text);
        BOOST_TEST(seen.text.find(part) != std::string::npos, seen.text);
        BOOST_TEST_MESSAGE(seen.text);
        BOOST_TEST(names() == "a@h b@h");
    }
    void stays(const Program &program, std::int32_t status, std::string_view part) {
        here.program(path, program);
        harness.refresh();
        stays(status, part);
    }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    kith::testkit::PluginHarness harness;
};

struct Watching : Fixture {
    Watching() : Fixture(watches) {}
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_programs_output_gives_the_peers, Fixture) {
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(names() == "a@h b@h");
    BOOST_TEST(harness.peers()[0].attribute("zone") == "1");
    BOOST_TEST(here.runs().at(0).arguments == std::vector<std::string>{"--all"});
    BOOST_TEST(here.runs().at(0).variable("ZONE") == "a");
    BOOST_TEST(here.runs().at(0).directory == "/");
    here.program(path, Program().print(R"([{"name": "c@h", "key": "i-3"}, "d@h", "d@h"])"));
    next();
    BOOST_TEST(names() == "c@h d@h");
    BOOST_TEST(harness.peers()[0].key == "i-3");
    here.program(path, Program().print("[]"));
    BOOST_TEST((next().kind == Kind::replace)); // a valid empty answer
    BOOST_TEST(harness.peers().empty());
}

BOOST_FIXTURE_TEST_CASE(names_with_an_unusable_host_part_are_left_out, Fixture) {
    here.program(path, Program().print("a@h\nb@0.0.0.0\nc@::\nd@10.0.0.9:4369\n0.0.0.0:80\n"));
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(names() == "a@h 0.0.0.0:80"); // a name without @ is not a node's with a host
    std::uint32_t items = 0;
    for (const auto &one : harness.observations()) items += one.kind == Kind::left_out ? one.items : 0;
    BOOST_TEST(items == 3u);
}

BOOST_FIXTURE_TEST_CASE(it_runs_every_five_seconds_and_on_refresh, Fixture) {
    start();
    harness.run_for(1000s);
    BOOST_TEST(here.runs().size() > 190u);
    BOOST_TEST(here.runs().size() < 210u);
    next();
    const auto before = net.now();
    harness.refresh();
    next();
    BOOST_TEST((net.now() - before < 100ms));
}

BOOST_FIXTURE_TEST_CASE(a_failed_run_keeps_the_peers, Fixture) {
    start();
    next();
    stays(Program().print("c@h\n").print_error("one\nno such host\n").exit(2), KITH_UNAVAILABLE, "exited with 2: no such host");
    stays(Program().print("c@h\n").crash(), KITH_UNAVAILABLE, "ended by signal 11");
    stays(Program(), KITH_PROTOCOL, "it printed nothing; a program that finds no peer must print []");
    stays(Program().print("# none\n"), KITH_PROTOCOL, "it printed only comments");
    stays(Program().print("c@h\nError: no route to host\n"), KITH_PROTOCOL, "line 2, `no`: expected one name in each line");
    stays(Program().print("\x7f"
                          "ELF\n"),
          KITH_PROTOCOL, "line 1, `?ELF`: expected a name of printable ASCII");
    stays(Program().print("[\"c@h\","), KITH_PROTOCOL, "is not JSON");
    stays(Program().print("[{\"nane\": \"c@h\"}]"), KITH_PROTOCOL, "element 0: `nane`: expected");
    stays(Program().print("c@h\n").hang(), KITH_TIMED_OUT, "not done within 10 s");
    stays(Program().close_output().hang(), KITH_TIMED_OUT, "not done within 10 s");
    stays(Program().flood(lines), KITH_LIMIT, "more than 1048576 bytes");
    stays(Program().print("c@h\n").hang().ignore_term(), KITH_TIMED_OUT, "not done within 10 s");
    here.remove_program(path);
    harness.refresh();
    stays(KITH_NOT_FOUND, "no such thing");
    here.fail_path(path, KITH_DENIED);
    harness.refresh();
    stays(KITH_DENIED, "no permission");
    here.fail_path(path, KITH_OK);
    here.program(path, two);
    harness.refresh();
    BOOST_TEST((next().kind == Kind::replace));
}

BOOST_FIXTURE_TEST_CASE(each_failure_doubles_the_delay_up_to_thirty_seconds, Fixture) {
    here.program(path, Program().exit(1));
    start();
    harness.run_for(300s);
    const auto count = here.runs().size();
    BOOST_TEST(count > 10u);
    BOOST_TEST(count < 18u); // 1, 2, 4, 8, 16, 30, 30 ...
}

BOOST_FIXTURE_TEST_CASE(only_one_program_runs_at_a_time, Fixture) {
    here.program(path, Program().wait(3s).print("a@h\n"));
    start();
    for (int i = 0; i < 20; ++i) {
        harness.refresh();
        harness.run_for(500ms);
    }
    for (std::size_t i = 1; i < here.runs().size(); ++i) BOOST_TEST((here.runs()[i].begun >= here.runs()[i - 1].ended));
}

BOOST_FIXTURE_TEST_CASE(a_watching_program_reports_each_set, Watching) {
    here.program(path, Program()
                           .print("a@h\nb@h\n\n")
                           .wait(100s)
                           .print("a@h\n")
                           .wait(1s)
                           .print("c@h\n\n\n\n")
                           .wait(100s)
                           .print("[]\n")
                           .wait(100s)
                           .print("[\"d@h\"]\n")
                           .hang());
    start();
    BOOST_TEST((next().kind == Kind::replace));
    BOOST_TEST(names() == "a@h b@h");
    harness.run_for(1ms);
    BOOST_TEST((harness.observations().back().kind == Kind::watching));
    BOOST_TEST(harness.observations().back().in_sync);
    next(2min);
    BOOST_TEST((net.now() > 102s)); // not half of it
    BOOST_TEST(names() == "a@h c@h");
    next(2min);
    BOOST_TEST(harness.peers().empty());
    next(2min);
    BOOST_TEST(names() == "d@h");
    harness.run_for(1h);
    BOOST_TEST(here.runs().size() == 1u);
    const auto before = harness.observations().size();
    harness.refresh(); // it is in sync: its last set is reported
    BOOST_TEST(harness.observations().size() == before + 1);
    BOOST_TEST(names() == "d@h");
}

BOOST_FIXTURE_TEST_CASE(a_failed_watching_program_is_ended_and_restarted, Watching) {
    const auto good = Program().print("a@h\nb@h\n\n");
    const auto then = [&](auto what) {
        here.program(path, what);
        harness.run_until([&] { return here.runs().back().running; });
    };
    here.program(path, Program(good).wait(1s).print_error("lost the registry\n").exit(3));
    start();
    BOOST_TEST((next().kind == Kind::replace));
    stays(KITH_UNAVAILABLE, "exited with 3: lost the registry; with `watch` it must keep running");
    const auto seen = harness.observations();
    BOOST_TEST((seen[seen.size() - 2].kind == Kind::watching));
    BOOST_TEST(!seen[seen.size() - 2].in_sync);
    then(Program().print("a@h\n").crash()); // within a set, which is dropped
    stays(KITH_UNAVAILABLE, "ended by signal 11");
    then(Program().hang());
    stays(KITH_TIMED_OUT, "no set was printed before the timeout");
    then(Program().print("a").wait(4s).print("b").wait(4s).print("c").wait(4s).print("d").hang()); // it prints slowly
    stays(KITH_TIMED_OUT, "no set was printed before the timeout");
    then(Program().print("a@h\nb@h\n").hang().ignore_term()); // without the end of the set
    stays(KITH_TIMED_OUT, "no set was printed before the timeout");
    then(Program().flood(lines));
    stays(KITH_LIMIT, "a set of more than 1048576 bytes");
    then(Program().flood(std::string(4096, 'x')));
    stays(KITH_LIMIT, "a set of more than 1048576 bytes");
    then(Program().print("what is this\n\n").hang());
    stays(KITH_PROTOCOL, "line 1, `is`");
    then(Program().close_output().hang());
    stays(KITH_UNAVAILABLE, "ended by signal 15");
    then(Program(good).hang());
    BOOST_TEST((next().kind == Kind::replace));
    for (std::size_t i = 0; i + 1 < here.runs().size(); ++i) BOOST_TEST(!here.runs()[i].running);
}

BOOST_FIXTURE_TEST_CASE(a_watching_program_that_exits_at_once_is_restarted_with_growing_delay, Watching) {
    here.program(path, Program().print("a@h\nb@h\n\n").exit(0));
    start();
    harness.run_for(300s);
    BOOST_TEST(here.runs().size() < 18u);
    here.program(path, Program().print("a@h\nb@h\n\n").wait(40s).exit(0)); // the run before was successful
    harness.run_for(60s);
    const auto before = here.runs().size();
    harness.run_for(410s);
    BOOST_TEST(here.runs().size() - before >= 8u);
}

BOOST_AUTO_TEST_CASE(stop_ends_the_program_at_any_moment) {
    for (int i = 0; i < 40; ++i) {
        for (const char *options : {polls, watches}) {
            Fixture f(options);
            f.here.program(path, Program().wait(5ms).print("a@h\n\n").wait(5ms).print("b@h\n").hang());
            f.start();
            f.harness.run_for(std::chrono::microseconds(i * 300));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_command_without_an_absolute_path_is_refused) {
    SimNet net;
    auto &here = net.machine("here", {"10.0.0.1"});
    kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_exec, "exec", R"({"command": ["peers"]})");
    BOOST_TEST(harness.start() == KITH_OK); // the schema refuses it before; without the schema the host does
    BOOST_REQUIRE(harness.await_observation());
    BOOST_TEST(harness.observations().back().status == KITH_INVALID);
    BOOST_TEST(harness.stop());
}

BOOST_AUTO_TEST_CASE(it_recovers_when_any_one_call_fails) {
    for (const char *options : {polls, watches}) {
        const auto calls = kith::testkit::fail_each([&](SimNet &net) {
            auto &here = net.machine("here", {"10.0.0.1"});
            here.program(path, [](const ProgramRun &run) {
                return run.arguments.empty() ? Program().print("a@h\nb@h\n\n").hang() : two;
            });
            kith::testkit::PluginHarness harness(here, kith_plugin_entry_strategy_exec, "exec", options);
            if (harness.start() != KITH_OK) return;
            harness.run_until([&] { return harness.peers().size() == 2 || harness.failed(); });
            if (!harness.failed() && harness.peers().size() != 2) throw std::runtime_error("it does not recover");
            if (!harness.stop()) throw std::runtime_error("it does not stop");
            if (!harness.violations().empty()) throw std::runtime_error(harness.violations().front());
        });
        BOOST_TEST(calls > 4u);
    }
}
