// SPDX-License-Identifier: MIT
//
// kith.process/1: what only an operating system does.
#include "process_fixture.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace kith::test;

namespace {

struct Script : RunningProgram<RealWorld> {
    explicit Script(std::string_view text) : RunningProgram<RealWorld>(TestProgram{"script", text, {}}) {}
};

/// Is there such a process, that has not ended?
bool alive(const std::string &pid) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    const auto at = text.rfind(") ");
    return at != std::string::npos && text[at + 2] != 'Z';
}

bool ends(RealWorld &fixture, const std::string &pid) {
    for (int i = 0; i < 500 && alive(pid); ++i) fixture.settle();
    return !alive(pid);
}

/// Of this process, those that were not waited for too.
std::string children() {
    std::string out, said;
    for (const auto &thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::getline(std::ifstream(thread.path() / "children"), said);
        out += said;
    }
    return out;
}

std::string line(Script &script) {
    std::string out;
    while (!out.ends_with('\n')) out += script.read().data;
    out.pop_back();
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(real)

BOOST_AUTO_TEST_CASE(remaining_processes_of_the_group_are_killed) {
    Script script("sleep 600 & echo $!");
    script.run();
    const std::string child = line(script);
    BOOST_TEST(script.wait().code == 0u);
    BOOST_TEST(ends(script.fixture, child));
    BOOST_TEST(script.read().status == KITH_CLOSED); // although that one had the pipe, too
}

BOOST_AUTO_TEST_CASE(the_whole_group_is_ended) {
    Script script("trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 600; done' & echo $!; while :; do sleep 600; done");
    script.run({.grace = 50 * ms});
    const std::string child = line(script);
    script.tenant.end_program(script.id);
    BOOST_TEST(script.wait().signal == 9u);
    BOOST_TEST(ends(script.fixture, child));
}

BOOST_AUTO_TEST_CASE(a_process_outside_of_the_group_that_holds_the_pipe_causes_no_delay) {
    Script script("setsid sh -c 'echo $$; exec sleep 600' & sleep 0.2; echo done");
    script.run();
    const std::string daemon = line(script);
    BOOST_TEST(script.read_to_end() == "done\n");
    BOOST_TEST(script.wait().code == 0u);
    BOOST_TEST(alive(daemon)); // documented: it is not ours any more
    ::kill(std::stoi(daemon), SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_stopped_process_is_ended) {
    Script script("kill -STOP $$; sleep 600");
    script.run({.timeout = 500 * ms, .grace = 10'000 * ms});
    BOOST_TEST(script.wait(KITH_TIMED_OUT).signal == 15u);
}

BOOST_AUTO_TEST_CASE(only_the_end_of_standard_error_is_kept) {
    Script script("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo the end >&2; exit 1");
    script.run();
    const auto end = script.wait();
    BOOST_TEST(end.code == 1u);
    BOOST_TEST(end.errors.size() == KITH_PROCESS_MAX_ERRORS);
    BOOST_TEST(end.errors.ends_with("xthe end\n"));
}

BOOST_AUTO_TEST_CASE(arguments_are_passed_without_a_shell) {
    Script script("for one in \"$@\"; do echo \"<$one>\"; done");
    script.run({.arguments = {"a b", "$(touch /tmp/never)", "; exit 7", "", "*", "'\""}});
    BOOST_TEST(script.read_to_end() == "<a b>\n<$(touch /tmp/never)>\n<; exit 7>\n<>\n<*>\n<'\">\n");
    BOOST_TEST(script.wait().code == 0u);
}

BOOST_AUTO_TEST_CASE(a_program_gets_a_minimal_environment) {
    ::setenv("KITH_TEST_SECRET", "secret", 1);
    ::setenv("TZ", "Europe/Vilnius", 1);
    Script script("env | grep -v '^PWD=\\|^SHLVL=\\|^_=\\|^OLDPWD=' | sort");
    script.run({.environment = {{"LANG", "ours"}, {"MINE", "a"}, {"MINE", "b"}}});
    std::istringstream said(script.read_to_end());
    std::vector<std::string> names;
    for (std::string one; std::getline(said, one);) {
        names.push_back(one.substr(0, one.find('=')));
        if (names.back() == "MINE") BOOST_TEST(one == "MINE=b");
        if (names.back() == "LANG") BOOST_TEST(one == "LANG=ours");
    }
    for (const auto &name : names) {
        BOOST_TEST(
            (std::ranges::count(std::initializer_list<std::string_view>{"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "MINE"},
                                name) == 1),
            name);
    }
    BOOST_TEST(std::ranges::count(names, "TZ") == 1);
    BOOST_TEST(std::ranges::count(names, "MINE") == 1);
}

BOOST_AUTO_TEST_CASE(a_program_inherits_no_descriptors_and_no_ignored_signals) {
    const int leaked = ::open("/dev/null", O_RDONLY); // without O_CLOEXEC, as libraries do
    std::signal(SIGPIPE, SIG_IGN);
    Script script("ls /proc/self/fd | tr '\\n' ' '; grep -i '^sig\\(blk\\|ign\\)' /proc/self/status");
    script.run();
    const std::string said = script.read_to_end();
    std::signal(SIGPIPE, SIG_DFL);
    ::close(leaked);
    BOOST_TEST(said.starts_with("0 1 2 3 "), said); // 3 is the folder that ls reads
    BOOST_TEST(said.find(" 4 ") == std::string::npos, said);
    // Two are the C library's own; it leaves them ignored in whatever it spawns.
    const bool none = said.find("SigIgn:\t0000000000000000") != std::string::npos;
    BOOST_TEST((none || said.find("SigIgn:\t0000000180000000") != std::string::npos), said);
    BOOST_TEST(said.find("SigBlk:\t0000000000000000") != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(working_directory_and_empty_input) {
    Script script("pwd; cat; echo end");
    script.run({.flags = KITH_PROCESS_OUTPUT});
    BOOST_TEST(script.read_to_end() == "/\nend\n");
    script.run({.directory = "/usr", .flags = KITH_PROCESS_OUTPUT});
    BOOST_TEST(script.read_to_end() == "/usr\nend\n");
}

BOOST_AUTO_TEST_CASE(a_write_to_an_ended_program_raises_no_signal) {
    Script script("exec <&-; echo ready; sleep 600");
    script.run();
    line(script);
    BOOST_TEST(script.write("x").status == KITH_RESET); // SIGPIPE is as it is by default
}

BOOST_AUTO_TEST_CASE(kernel_errors_have_texts) {
    Script script("exit 0");
    RealWorld &fixture = script.fixture;
    const auto fails = [&](const Wanted &wanted, std::int32_t status, std::string_view part) {
        const Completion done = fixture.await(script.tenant, script.tenant.start(wanted));
        BOOST_TEST(done.status == status, done.text);
        BOOST_TEST(done.text.find(part) != std::string::npos, done.text);
    };
    fails({.path = fixture.path("none")}, KITH_NOT_FOUND, "No such file");
    fails({.path = script.path, .directory = fixture.path("none")}, KITH_NOT_FOUND, "its directory " + fixture.path("none"));
    fails({.path = script.path, .directory = script.path}, KITH_NOT_FOUND, "is none");
    fixture.make_directory("folder");
    fails({.path = fixture.path("folder")}, KITH_DENIED, "it is a directory");
    const auto executable = [&](std::string_view name, std::string_view bytes) {
        fixture.put(name, bytes);
        std::filesystem::permissions(fixture.path(name), std::filesystem::perms::owner_all);
        return fixture.path(name);
    };
    fails({.path = executable("lost", "#!/no/such/interpreter\n")}, KITH_NOT_FOUND, "#! line names is not there");
    std::ifstream file("/bin/true", std::ios::binary);
    std::string elf(std::istreambuf_iterator<char>(file), {});
    const auto loader = elf.find("/ld-linux");
    BOOST_REQUIRE(loader != std::string::npos);
    elf.replace(loader, 9, "/no-linux");
    fails({.path = executable("elf", elf)}, KITH_NOT_FOUND, "such as the loader of its C library");
    fails({.path = executable("text", "echo never through a shell\n")}, KITH_UNSUPPORTED, "no #! line");
    fails({.path = executable("empty", "")}, KITH_UNSUPPORTED, "no #! line");
}

BOOST_AUTO_TEST_CASE(programs_end_with_the_world) {
    Script script("trap '' TERM; echo $$; while :; do sleep 600; done");
    script.run({.grace = 600'000 * ms});
    const std::string pid = line(script);
    BOOST_TEST(alive(pid));
    script.tenant.leave_world();
    BOOST_TEST(alive(pid)); // it has its grace
    const auto before = std::chrono::steady_clock::now();
    script.fixture.end_world();
    BOOST_TEST(!alive(pid));
    BOOST_TEST((std::chrono::steady_clock::now() - before < std::chrono::seconds(30)));
}

BOOST_AUTO_TEST_CASE(a_program_gets_time_to_end_with_the_world) {
    Script script("trap 'sleep 0.2; echo done >\"$1\"; exit' TERM; echo ready; while :; do sleep 0.01; done");
    const std::string note = script.fixture.path("note");
    script.run({.arguments = {note}});
    line(script);
    script.tenant.leave_world();
    script.fixture.end_world();
    std::string said;
    std::getline(std::ifstream(note), said);
    BOOST_TEST(said == "done");
}

BOOST_AUTO_TEST_CASE(a_start_after_its_timeout_runs_nothing) {
    Script script("echo $$; exec sleep 600");
    const auto begun = script.fixture.await(script.tenant, script.tenant.start({.path = script.path, .timeout = 1}));
    BOOST_TEST(begun.status == KITH_TIMED_OUT);
    BOOST_TEST(begun.text == script.path + ": not begun within its time");
    for (int i = 0; i < 5; ++i) script.fixture.settle();
    BOOST_TEST(children().empty(), children());
}

BOOST_AUTO_TEST_CASE(two_hundred_runs_leave_no_descriptor_and_no_zombie) {
    Script script("echo x");
    const auto descriptors = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
    };
    std::ptrdiff_t before = 0;
    for (int i = 0; i < 200; ++i) {
        script.run();
        BOOST_REQUIRE(script.read_to_end() == "x\n");
        script.wait();
        script.tenant.close_program(script.id);
        if (i == 10) before = descriptors();
    }
    BOOST_TEST(descriptors() == before);
    BOOST_TEST(children().empty(), children());
}

BOOST_AUTO_TEST_SUITE_END()
