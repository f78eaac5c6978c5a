// SPDX-License-Identifier: MIT
//
// kith.process/1: what holds in both worlds.
#include "process_fixture.hpp"

using namespace kith::test;
using kith::testkit::Program;
using namespace std::chrono_literals;

namespace {

const TestProgram hello{"hello", "echo hello; echo oops >&2; exit 3", Program().print("hello\n").print_error("oops\n").exit(3)};
const TestProgram echo{"echo", "exec cat",
                       Program().expect("one\n").print("one\n").expect("two\n").print("two\n").until_end_of_input()};
const TestProgram hangs{"hangs", "exec sleep 600", Program().hang()};
const TestProgram stubborn{"stubborn", "trap '' TERM; echo ready; while :; do sleep 600; done",
                           Program().print("ready\n").ignore_term().hang()};
const TestProgram flood{"flood", "exec yes", Program().flood(std::string(16'384, 'y'))};

} // namespace

BOOST_AUTO_TEST_SUITE(process_in_both_worlds)

BOOST_AUTO_TEST_CASE_TEMPLATE(output_standard_error_and_exit_code, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hello);
    talk.run();
    BOOST_TEST(talk.read_to_end() == "hello\n");
    for (int again = 0; again < 2; ++again) {
        const auto end = talk.wait();
        BOOST_TEST(end.code == 3u);
        BOOST_TEST(end.signal == 0u);
        BOOST_TEST(end.errors == "oops\n");
    }
    BOOST_TEST(talk.read().status == KITH_CLOSED);
    BOOST_TEST(talk.write("too late").status == KITH_RESET);
    BOOST_TEST(talk.tenant.close_program(talk.id) == KITH_OK);
    BOOST_TEST(talk.tenant.close_program(talk.id) == KITH_STALE);
    BOOST_TEST(talk.tenant.read_output(talk.id) == 0u);
    BOOST_TEST(talk.tenant.refused == KITH_STALE);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(input_and_output_are_exchanged_with_a_running_program, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(echo);
    talk.run();
    BOOST_TEST(talk.read(65536, 20 * ms).status == KITH_TIMED_OUT);
    BOOST_TEST(talk.write("one\n").status == KITH_OK);
    BOOST_TEST(talk.read().data == "one\n");
    const auto read = talk.tenant.read_output(talk.id);
    BOOST_TEST(talk.tenant.read_output(talk.id) == 0u);
    BOOST_TEST(talk.tenant.refused == KITH_BUSY);
    BOOST_TEST(talk.tenant.cancel(read) == KITH_OK);
    BOOST_TEST(talk.fixture.await(talk.tenant, read).status == KITH_CANCELLED);
    BOOST_TEST(talk.write("two\n").status == KITH_OK);
    BOOST_TEST(talk.read(2).data == "tw");
    BOOST_TEST(talk.read(2).data == "o\n");
    BOOST_TEST(talk.tenant.shut_input(talk.id) == KITH_OK);
    BOOST_TEST(talk.tenant.write_input(talk.id, "three\n") == 0u);
    BOOST_TEST(talk.tenant.refused == KITH_INVALID);
    BOOST_TEST(talk.read().status == KITH_CLOSED);
    BOOST_TEST(talk.wait().code == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_program_is_ended_at_its_timeout, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hangs);
    talk.run({.timeout = 500 * ms}); // of which the real start of a program takes a part on a busy machine
    BOOST_TEST(talk.read_to_end().empty());
    const auto end = talk.wait(KITH_TIMED_OUT, "not done within 500 ms");
    BOOST_TEST(end.signal == 15u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_program_that_ignores_sigterm_is_killed, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(stubborn);
    talk.run({.grace = 100 * ms});
    BOOST_TEST(talk.read().data == "ready\n");
    const auto wait = talk.tenant.wait(talk.id);
    BOOST_TEST(talk.tenant.end_program(talk.id) == KITH_OK);
    BOOST_TEST(talk.tenant.end_program(talk.id) == KITH_OK);
    talk.fixture.settle();
    BOOST_TEST(talk.tenant.of(wait) == nullptr);
    BOOST_TEST(talk.fixture.await(talk.tenant, wait).status == KITH_OK);
    BOOST_TEST(talk.tenant.ends[wait].signal == 9u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_program_with_too_much_output_waits_and_is_ended_at_the_limit, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(flood);
    talk.run({.max_output = 1'000'000});
    talk.fixture.settle();
    std::size_t size = 0;
    Completion got;
    while ((got = talk.read()).status == KITH_OK) size += got.data.size();
    BOOST_TEST(got.status == KITH_LIMIT);
    BOOST_TEST(got.text.find("more than 1000000 bytes") != std::string::npos, got.text);
    BOOST_TEST(size > 900'000u);
    BOOST_TEST(size <= 1'000'000u);
    BOOST_TEST(talk.read().status == KITH_LIMIT);
    talk.wait(KITH_LIMIT, "more than 1000000 bytes");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_program_closes_its_pipes_and_continues, Fixture, Fixtures) {
    RunningProgram<Fixture> talk({"closes", "exec <&- >&- 2>&-; sleep 600", Program().close_input().close_output().hang()});
    talk.run();
    BOOST_TEST(talk.read().status == KITH_CLOSED);
    BOOST_TEST(talk.write("hello").status == KITH_RESET);
    talk.tenant.end_program(talk.id);
    BOOST_TEST(talk.wait().signal == 15u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_write_waits_for_a_program_that_does_not_read, Fixture, Fixtures) {
    RunningProgram<Fixture> talk({"not_reading", "exec sleep 600", Program().stop_reading().hang()});
    talk.run();
    const std::string much(500'000, 'x');
    BOOST_TEST(talk.write(much, 30 * ms).status == KITH_TIMED_OUT);
    const auto write = talk.tenant.write_input(talk.id, much);
    BOOST_TEST(talk.tenant.shut_input(talk.id) == KITH_BUSY);
    talk.tenant.end_program(talk.id);
    BOOST_TEST(talk.fixture.await(talk.tenant, write).status == KITH_RESET);
    BOOST_TEST(talk.tenant.write_input(talk.id, std::string(KITH_PROCESS_MAX_WRITE + 1, 'x')) == 0u);
    BOOST_TEST(talk.tenant.refused == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(close_ends_the_program_and_cancels_operations, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hangs);
    talk.run();
    const auto read = talk.tenant.read_output(talk.id), wait = talk.tenant.wait(talk.id);
    BOOST_TEST(talk.tenant.close_program(talk.id) == KITH_OK);
    BOOST_TEST(talk.fixture.await(talk.tenant, read).status == KITH_CANCELLED);
    BOOST_TEST(talk.fixture.await(talk.tenant, wait).status == KITH_CANCELLED);
    talk.fixture.settle();
    BOOST_TEST(talk.fixture.world().outstanding(talk.tenant.host) == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_start_leaves_no_process, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hangs);
    const auto op = talk.tenant.start({.path = talk.path});
    BOOST_TEST(talk.tenant.cancel(op) == KITH_OK);
    BOOST_TEST(talk.fixture.await(talk.tenant, op).status == KITH_CANCELLED);
    talk.fixture.settle();
    BOOST_TEST(talk.tenant.done.size() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(missing_and_not_executable_files_are_reported_by_start, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hello);
    const auto fails = [&](const std::string &path, std::int32_t status) {
        const Completion done = talk.fixture.await(talk.tenant, talk.tenant.start({.path = path}));
        BOOST_TEST(done.status == status, done.text);
        BOOST_TEST(done.text.starts_with(path + ": "), done.text);
    };
    fails(talk.fixture.path("none"), KITH_NOT_FOUND);
    talk.fixture.put("plain", "echo hello\n");
    if constexpr (std::is_same_v<Fixture, SimulatedWorld>)
        talk.fixture.machine.fail_path(talk.fixture.path("plain"), KITH_DENIED);
    fails(talk.fixture.path("plain"), KITH_DENIED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_programs_are_refused, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hello);
    const auto refused = [&](const Wanted &wanted, std::int32_t status, std::string_view part) {
        BOOST_TEST(talk.tenant.start(wanted) == 0u);
        BOOST_TEST(talk.tenant.refused == status);
        BOOST_TEST(talk.tenant.error.find(part) != std::string::npos, talk.tenant.error);
    };
    refused({.path = "hello"}, KITH_INVALID, "absolute path of a program");
    refused({.path = ""}, KITH_INVALID, "absolute path of a program");
    refused({.path = std::string("/bin/x\0y", 8)}, KITH_INVALID, "absolute path");
    refused({.path = talk.path, .directory = "tmp"}, KITH_INVALID, "absolute path of a directory");
    refused({.path = talk.path, .arguments = {"a", std::string("b\0c", 3)}}, KITH_INVALID, "argument 2");
    refused({.path = talk.path, .environment = {{"A=B", "c"}}}, KITH_INVALID, "without `=`");
    refused({.path = talk.path, .arguments = std::vector<std::string>(257, "x")}, KITH_LIMIT, "256 arguments");
    refused({.path = talk.path, .arguments = {std::string(65536, 'x')}}, KITH_LIMIT, "65536 bytes");
    talk.run({.flags = 0});
    BOOST_TEST(talk.tenant.read_output(talk.id) == 0u);
    BOOST_TEST(talk.tenant.refused == KITH_INVALID);
    BOOST_TEST(talk.tenant.write_input(talk.id, "x") == 0u);
    BOOST_TEST(talk.tenant.refused == KITH_INVALID);
    BOOST_TEST(talk.wait().code == 3u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(at_most_64_programs_at_a_time, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hangs);
    std::vector<std::uint64_t> begun;
    for (std::uint32_t i = 0; i < KITH_PROCESS_MAX_OPEN; ++i) begun.push_back(talk.tenant.start({.path = talk.path}));
    BOOST_TEST(talk.tenant.start({.path = talk.path}) == 0u);
    BOOST_TEST(talk.tenant.refused == KITH_LIMIT);
    for (const auto op : begun) {
        const auto id = talk.fixture.await(talk.tenant, op).id;
        BOOST_TEST(talk.tenant.close_program(id) == KITH_OK);
    }
    std::uint64_t free = 0; // as soon as one of them has ended
    for (int i = 0; i < 500 && free == 0; ++i) {
        talk.fixture.settle();
        free = talk.tenant.start({.path = talk.path});
    }
    BOOST_TEST(talk.fixture.await(talk.tenant, free).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_tenant_gets_no_completions_of_programs, Fixture, Fixtures) {
    RunningProgram<Fixture> talk(hangs);
    talk.run();
    talk.tenant.read_output(talk.id);
    talk.tenant.wait(talk.id);
    talk.tenant.start({.path = talk.path});
    const auto told = talk.tenant.done.size();
    talk.tenant.leave_world();
    talk.fixture.settle();
    BOOST_TEST(talk.tenant.done.size() == told);
}

BOOST_AUTO_TEST_SUITE_END()
