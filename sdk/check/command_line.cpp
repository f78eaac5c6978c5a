// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "test_process.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

namespace kith::check {

namespace {

constexpr const char *usage =
    "usage: kith-check-plugin FILE [--options JSON|@FILE] [--only NAME]... [--seed N] [--timeout S] [--json] [--in-process]\n"
    "                        [--env NAME=VALUE]... [--answer PATH=BODY|@FILE]...\n"
    "                        [--isolated [--grant GRANT]...]\n"
    "       kith-check-plugin --list | --version | --help\n"
    "exit status: 0 no test failed, 1 a test failed, 2 invalid usage, 3 the file cannot be read,\n"
    "or --isolated is not possible here\n";

// A library that hangs when it is loaded hangs in every test, so the remaining tests would only take time.
constexpr int max_timeouts = 3;
constexpr const char *not_run = "not run: three earlier tests reached the time limit; --only runs this one";

std::vector<Test> all_tests() {
    std::vector<Test> all;
    for (const auto &some :
         {file_tests(), build_settings_tests(), import_tests(), descriptor_tests(), create_failure_tests(), lifecycle_tests(),
          robustness_tests(), failure_report_tests(), connector_and_sink_tests(), malformed_data_tests(), isolation_tests()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

int bad_usage(const std::string &what) {
    std::fprintf(stderr, "kith-check-plugin: %s\n%s", what.c_str(), usage);
    return 2;
}

std::string json(const std::string &text) {
    std::string out = "\"";
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
            out += code;
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

bool number(const char *text, std::uint64_t &out) {
    char *end = nullptr;
    out = std::strtoull(text, &end, 10);
    return end != text && *end == '\0' && *text != '-';
}

// Replaces @FILE by what the file contains.
bool read_file_argument(std::string &value) {
    if (!value.starts_with("@")) return true;
    std::ifstream in(value.substr(1), std::ios::binary);
    if (!in) return false;
    value.assign(std::istreambuf_iterator<char>(in), {});
    return true;
}

const char *word(TestResult::Kind kind) {
    return kind == TestResult::Kind::passed ? "passed" : kind == TestResult::Kind::skipped ? "skipped" : "failed";
}

} // namespace

int run_checker(int argc, char **argv, const MakeProcesses &make_processes) {
    TestInput input;
    IsolationRequest request;
    std::vector<std::string> only;
    bool machine = false, here = false, list = false, isolated = false;
    std::uint64_t seconds = 60;
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        const bool takes = arg == "--options" || arg == "--only" || arg == "--seed" || arg == "--timeout" || arg == "--env" ||
                           arg == "--answer" || arg == "--grant";
        if (takes && i + 1 == argc) return bad_usage(arg + " needs a value");
        if (arg == "--json")
            machine = true;
        else if (arg == "--in-process")
            here = true;
        else if (arg == "--list")
            list = true;
        else if (arg == "--isolated")
            isolated = true;
        else if (arg == "--grant")
            request.grants.emplace_back(argv[++i]);
        else if (arg == "--only")
            only.emplace_back(argv[++i]);
        else if (arg == "--options")
            input.options = argv[++i];
        else if (arg == "--env" || arg == "--answer") {
            const std::string pair = argv[++i];
            const auto sign = pair.find('=');
            if (sign == 0 || sign == std::string::npos)
                return bad_usage(arg + (arg == "--env" ? " needs NAME=VALUE" : " needs PATH=@FILE"));
            std::string value = pair.substr(sign + 1);
            if (arg == "--answer" && pair.front() != '/')
                return bad_usage("--answer needs the path of a URL, such as /v1/peers=@peers.json");
            if (arg == "--answer" && !read_file_argument(value)) return bad_usage(value.substr(1) + ": cannot be read");
            (arg == "--env" ? input.environment : input.answers)[pair.substr(0, sign)] = std::move(value);
        } else if (arg == "--seed") {
            if (!number(argv[++i], input.seed)) return bad_usage("--seed needs a number");
        } else if (arg == "--timeout") {
            if (!number(argv[++i], seconds) || seconds == 0 || seconds > 86'400)
                return bad_usage("--timeout needs a number of seconds from 1 to 86400");
        } else if (arg == "--version") {
            std::printf("kith-check-plugin %s, plugin ABI %d.%d\n", KITH_VERSION, int{KITH_ABI_MAJOR}, int{KITH_ABI_MINOR});
            return 0;
        } else if (arg == "--help") {
            std::fputs(usage, stdout);
            return 0;
        } else if (arg.starts_with("-"))
            return bad_usage("unknown option " + arg);
        else if (!input.path.empty())
            return bad_usage("expected one file");
        else
            input.path = arg;
    }
    const auto tests = all_tests();
    if (list) {
        for (const auto &test : tests) std::printf("%-18s %-3s %s\n", test.name, test.rule, test.what);
        return 0;
    }
    if (input.path.empty()) return bad_usage("no file given");
    for (const auto &name : only) {
        bool known = false;
        for (const auto &test : tests) known = known || name == test.name;
        if (!known) return bad_usage("there is no test " + name + "; --list prints all");
    }
    if (!read_file_argument(input.options)) return bad_usage(input.options.substr(1) + ": cannot be read");
    if (input.path.find('/') == std::string::npos) input.path = "./" + input.path; // dlopen would search the library path
    if (!isolated && !request.grants.empty()) return bad_usage("--grant is for --isolated");
    std::unique_ptr<PluginProcesses> processes;
    try {
        input.elf = read_elf(input.path);
        request.file = input.path;
        if (isolated) processes = make_processes(request);
        input.processes = processes.get();
    } catch (const std::invalid_argument &why) {
        return bad_usage(why.what());
    } catch (const std::exception &why) {
        std::fprintf(stderr, "kith-check-plugin: %s\n", why.what());
        return 3;
    }

    int failed = 0, done = 0, timeouts = 0;
    if (machine)
        std::printf("{\"file\": %s, \"seed\": %llu, \"tests\": [", json(input.path).c_str(),
                    static_cast<unsigned long long>(input.seed));
    for (const auto &test : tests) {
        bool wanted = only.empty();
        for (const auto &name : only) wanted = wanted || name == test.name;
        wanted = wanted && (!test.isolated || isolated || !only.empty());
        if (!wanted) continue;
        std::fflush(stdout);
        const TestResult outcome = timeouts == max_timeouts ? TestResult{TestResult::Kind::skipped, not_run}
                                   : here                   ? run_in_process(test, input)
                                                            : run_in_child(test, input, std::chrono::seconds(seconds));
        timeouts += outcome.timed_out;
        failed += outcome.kind == TestResult::Kind::failed;
        const auto took = static_cast<long long>(outcome.duration.count());
        if (machine)
            std::printf("%s\n  {\"name\": \"%s\", \"rule\": \"%s\", \"outcome\": \"%s\", \"ms\": %lld, \"text\": %s}",
                        done == 0 ? "" : ",", test.name, test.rule, word(outcome.kind), took, json(outcome.text).c_str());
        else
            std::printf("%-8s %-18s %-3s %6lld ms  %s\n", word(outcome.kind), test.name, test.rule, took,
                        outcome.text.empty() ? test.what : outcome.text.c_str());
        ++done;
    }
    if (machine)
        std::printf("],\n \"failed\": %d}\n", failed);
    else if (failed != 0)
        std::printf("%d of %d tests failed; run them again with: --seed %llu\n", failed, done,
                    static_cast<unsigned long long>(input.seed));
    return failed == 0 ? 0 : 1;
}

} // namespace kith::check
