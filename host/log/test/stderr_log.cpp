// SPDX-License-Identifier: MIT
//
// The log with a pipe as standard error, whose reader reads it, leaves it full, or closes it.
#include <host/log/stderr_log.hpp>
#include <kith/service/log.h>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace kith::app;

namespace {

struct StderrLogFixture {
    StderrLogFixture() {
        std::signal(SIGPIPE, SIG_IGN);
        BOOST_REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
        ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
        before = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        ::dup2(pipe[1], STDERR_FILENO);
        ::close(pipe[1]);
        log.emplace(LogOptions{.json = true}, KITH_LOG_INFO);
    }
    ~StderrLogFixture() {
        log.reset();
        ::dup2(before, STDERR_FILENO);
        ::close(before);
        if (pipe[0] >= 0) ::close(pipe[0]);
    }
    void write(const std::string &message, std::uint32_t level = KITH_LOG_INFO) { log->write(level, "who", message, {}); }

    // The received lines.
    std::vector<std::string> lines() {
        char chunk[65'536];
        for (;;) {
            const ssize_t got = ::read(pipe[0], chunk, sizeof chunk);
            if (got <= 0) break;
            remaining.append(chunk, static_cast<std::size_t>(got));
        }
        std::vector<std::string> out;
        for (std::size_t end = 0; (end = remaining.find('\n')) != std::string::npos; remaining.erase(0, end + 1))
            out.push_back(remaining.substr(0, end));
        return out;
    }
    static std::string member(const std::string &line, const char *name) {
        const auto object = boost::json::parse(line).as_object();
        const auto *found = object.if_contains(name);
        return found == nullptr ? "" : std::string(found->as_string());
    }

    int pipe[2] = {-1, -1};
    int before = -1;
    std::string remaining;
    std::optional<StderrLog> log;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stderr_log, StderrLogFixture)

BOOST_AUTO_TEST_CASE(lines_at_or_above_the_level_are_written_completely) {
    write("one");
    write("hidden", KITH_LOG_DEBUG);
    log->log(KITH_LOG_ERROR, "two", {{"key", "value"}});
    const auto got = lines();
    BOOST_REQUIRE(got.size() == 2u);
    BOOST_TEST(member(got[0], "message") == "one");
    BOOST_TEST(member(got[0], "who") == "who");
    BOOST_TEST(member(got[1], "message") == "two");
    BOOST_TEST(member(got[1], "who") == "");
    BOOST_TEST(member(got[1], "key") == "value");
}

BOOST_AUTO_TEST_CASE(repeats_are_summarized_at_the_end) {
    for (int i = 0; i < 30; ++i)
        log->log(KITH_LOG_WARNING, "could not connect", {{"peer", "app@a"}, {"reason", std::to_string(i)}});
    BOOST_TEST(lines().size() == 5u);
    log->write_summaries(); // the window is not over
    BOOST_TEST(lines().empty());
    log.reset();
    const auto got = lines();
    BOOST_REQUIRE(got.size() == 1u);
    BOOST_TEST(member(got[0], "times") == "25");
    BOOST_TEST(member(got[0], "subject") == "app@a");
    BOOST_TEST(member(got[0], "message").find("could not connect") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stuck_reader_does_not_block_the_writer_and_gets_the_number_of_lost_lines) {
    constexpr std::uint64_t written = 1500;
    const std::string padding(200, '.');
    for (std::uint64_t i = 0; i < written; ++i) write(std::to_string(i) + padding);
    const auto first = lines();
    BOOST_TEST(first.size() > 100u);
    BOOST_TEST(first.size() < written);
    for (std::size_t i = 0; i < first.size(); ++i) BOOST_REQUIRE(member(first[i], "message") == std::to_string(i) + padding);
    write("the next");
    const auto next = lines();
    BOOST_REQUIRE(next.size() == 2u);
    BOOST_TEST(member(next[0], "lines") == std::to_string(written - first.size()));
    BOOST_TEST(member(next[0], "level") == "warning");
    BOOST_TEST(member(next[1], "message") == "the next");
    write("no more of it");
    BOOST_TEST(lines().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_the_pipe_does_not_damage_the_next) {
    write(std::string(300'000, 'x'));
    lines();
    write("the next");
    const auto got = lines();
    BOOST_REQUIRE(got.size() == 3u); // the part that was written before comes first
    BOOST_TEST(member(got[1], "lines") == "1");
    BOOST_TEST(member(got[2], "message") == "the next");
}

BOOST_AUTO_TEST_CASE(a_closed_pipe_does_not_stop_the_host) {
    ::close(pipe[0]);
    pipe[0] = -1;
    for (int i = 0; i < 100; ++i) write("message " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_are_not_mixed) {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 50; ++i) write("thread " + std::to_string(thread) + " line " + std::to_string(i));
        });
    }
    for (auto &thread : threads) thread.join();
    const auto got = lines();
    BOOST_TEST(got.size() == 200u);
    for (const auto &line : got) BOOST_TEST(!member(line, "message").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(stderr_log_full_disk)

// A limit of the file size simulates a full disk: the line that exceeds it is truncated, and the later ones are lost.
BOOST_AUTO_TEST_CASE(after_a_full_disk_the_log_continues_with_the_number_of_lost_lines) {
    std::signal(SIGXFSZ, SIG_IGN);
    std::FILE *file = std::tmpfile();
    BOOST_REQUIRE(file != nullptr);
    const int before = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    ::dup2(::fileno(file), STDERR_FILENO);
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    std::optional<StderrLog> log;
    log.emplace(LogOptions{.json = true}, KITH_LOG_INFO);
    const auto write = [&](const std::string &message) { log->write(KITH_LOG_INFO, "who", message, {}); };
    write("one");
    const rlimit full{static_cast<rlim_t>(::lseek(::fileno(file), 0, SEEK_CUR)) + 10, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    for (int i = 0; i < 7; ++i) write("lost " + std::to_string(i));
    log->write_summaries();
    ::setrlimit(RLIMIT_FSIZE, &old);
    log->write_summaries(); // although nothing else is logged
    write("two");
    log.reset();
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(::pread(::fileno(file), text.data(), text.size(), 0), 0)));
    std::fclose(file);
    std::vector<std::string> lines;
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        lines.push_back(text.substr(at, end - at));
    BOOST_REQUIRE(lines.size() == 4u);
    BOOST_TEST(StderrLogFixture::member(lines[0], "message") == "one");
    BOOST_TEST(lines[1].size() == 10u); // the beginning of the first lost line
    BOOST_TEST(StderrLogFixture::member(lines[2], "lines") == "7");
    BOOST_TEST(StderrLogFixture::member(lines[3], "message") == "two");
}

BOOST_AUTO_TEST_SUITE_END()
