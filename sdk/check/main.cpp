// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

using namespace kith::check;

namespace {

constexpr const char *usage =
    "usage: kith-check-plugin FILE [--options JSON|@FILE] [--only NAME]... [--seed N] [--timeout S] [--json] [--in-process]\n"
    "       kith-check-plugin --list\n"
    "exit: 0 good, 1 a test failed, 2 bad usage, 3 the file could not be read\n";

// A library that hangs when it is loaded does so in each test: the rest of them would only take time.
constexpr int most_late = 3;
constexpr const char *not_run = "not run: three tests before it were not done in time; --only runs it";

std::vector<Test> all_tests() {
    std::vector<Test> all;
    for (const auto &some : {file_tests(), build_tests(), import_tests(), descriptor_tests(), refusal_tests(), life_tests(),
                             bad_day_tests(), honest_tests(), duty_tests(), hostile_tests()})
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

const char *word(Outcome::Kind kind) {
    return kind == Outcome::Kind::passed ? "passed" : kind == Outcome::Kind::skipped ? "skipped" : "failed";
}

} // namespace

int main(int argc, char **argv) {
    Subject subject;
    std::vector<std::string> only;
    bool machine = false, here = false, list = false;
    std::uint64_t seconds = 60;
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        const bool takes = arg == "--options" || arg == "--only" || arg == "--seed" || arg == "--timeout";
        if (takes && i + 1 == argc) return bad_usage(arg + " needs a value");
        if (arg == "--json")
            machine = true;
        else if (arg == "--in-process")
            here = true;
        else if (arg == "--list")
            list = true;
        else if (arg == "--only")
            only.emplace_back(argv[++i]);
        else if (arg == "--options")
            subject.options = argv[++i];
        else if (arg == "--seed") {
            if (!number(argv[++i], subject.seed)) return bad_usage("--seed needs a number");
        } else if (arg == "--timeout") {
            if (!number(argv[++i], seconds) || seconds == 0 || seconds > 86'400)
                return bad_usage("--timeout needs a number of seconds, at most a day");
        } else if (arg == "--help") {
            std::fputs(usage, stdout);
            return 0;
        } else if (arg.starts_with("-"))
            return bad_usage("unknown option " + arg);
        else if (!subject.path.empty())
            return bad_usage("one file only");
        else
            subject.path = arg;
    }
    const auto tests = all_tests();
    if (list) {
        for (const auto &test : tests) std::printf("%-18s %-3s %s\n", test.name, test.rule, test.what);
        return 0;
    }
    if (subject.path.empty()) return bad_usage("no file");
    for (const auto &name : only) {
        bool known = false;
        for (const auto &test : tests) known = known || name == test.name;
        if (!known) return bad_usage("no test is called " + name + "; --list shows them");
    }
    if (subject.options.starts_with("@")) {
        std::ifstream in(subject.options.substr(1));
        if (!in) return bad_usage(subject.options.substr(1) + ": cannot be read");
        subject.options.assign(std::istreambuf_iterator<char>(in), {});
    }
    if (subject.path.find('/') == std::string::npos) subject.path = "./" + subject.path; // dlopen would search
    try {
        subject.elf = read_elf(subject.path);
    } catch (const std::exception &why) {
        std::fprintf(stderr, "kith-check-plugin: %s\n", why.what());
        return 3;
    }

    int failed = 0, done = 0, late = 0;
    if (machine)
        std::printf("{\"file\": %s, \"seed\": %llu, \"tests\": [", json(subject.path).c_str(),
                    static_cast<unsigned long long>(subject.seed));
    for (const auto &test : tests) {
        bool wanted = only.empty();
        for (const auto &name : only) wanted = wanted || name == test.name;
        if (!wanted) continue;
        std::fflush(stdout);
        const Outcome outcome = late == most_late ? Outcome{Outcome::Kind::skipped, not_run}
                                : here            ? run_here(test, subject)
                                                  : run_apart(test, subject, std::chrono::seconds(seconds));
        late += outcome.late;
        failed += outcome.kind == Outcome::Kind::failed;
        const auto took = static_cast<long long>(outcome.took.count());
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
        std::printf("%d of %d tests failed; again with: --seed %llu\n", failed, done,
                    static_cast<unsigned long long>(subject.seed));
    return failed == 0 ? 0 : 1;
}
