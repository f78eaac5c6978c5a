// SPDX-License-Identifier: MIT
#include <tests/temporary_directory.hpp>

#include <host/event_output.hpp>

#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace kith;
using namespace kith::app;
namespace fs = std::filesystem;

namespace {

struct EventStreamFixture {
    kith::test::TemporaryDirectory directory;

    EventStreamFixture() {
        std::signal(SIGPIPE, SIG_IGN);
        bus.set_wall(0, 1'795'389'300'000'000'000);
    }
    ~EventStreamFixture() {
        stream.reset();
        if (reader >= 0) ::close(reader);
    }

    void open(const std::string &path, std::size_t queue = 1024) {
        using namespace std::chrono_literals;
        const auto take = [this](EventOutput::Report report, const std::string &reason) {
            reports.emplace_back(report, reason);
        };
        stream.emplace(io, bus, path, queue, take, 1ms);
    }
    // Standard output is a pipe only while the stream opens it.
    void open_pipe(std::size_t queue = 1024) {
        int ends[2];
        BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        const int before = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        ::dup2(ends[1], STDOUT_FILENO);
        open("-", queue);
        ::dup2(before, STDOUT_FILENO);
        ::close(before);
        ::close(ends[1]);
        reader = ends[0];
    }
    void publish(int count = 1) {
        for (int i = 0; i < count; ++i) {
            bus.publish({.kind = KITH_EVENT_LINK_UP, .topology = "t", .peer = "app@10.0.0.7"}, 0);
            io.restart();
            io.poll();
        }
    }
    // Reads what is available, also after space becomes free by reading.
    void read_all() {
        for (int idle = 0; idle < 3;) {
            char chunk[65'536];
            const ssize_t got = ::read(reader, chunk, sizeof chunk);
            if (got > 0) text.append(chunk, static_cast<std::size_t>(got));
            idle = got > 0 ? 0 : idle + 1;
            io.restart();
            io.poll();
        }
    }
    static std::vector<boost::json::object> objects(const std::string &lines) {
        std::vector<boost::json::object> out;
        BOOST_TEST((lines.empty() || lines.back() == '\n'));
        for (std::size_t at = 0, end = 0; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) {
            out.push_back(boost::json::parse(lines.substr(at, end - at)).as_object());
        }
        return out;
    }
    static std::string contents(const fs::path &path) {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    bool finished() {
        bool done = false;
        stream->finish([&] { done = true; });
        const auto bound = std::chrono::steady_clock::now() + std::chrono::seconds(15);
        while (!done && std::chrono::steady_clock::now() < bound) {
            io.restart();
            io.run_one_until(bound);
        }
        return done;
    }

    template <class Condition>
    bool run_until(Condition condition, std::chrono::milliseconds most = std::chrono::seconds(15)) {
        const auto bound = std::chrono::steady_clock::now() + most;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > bound) return false;
            io.restart();
            io.run_one_for(std::chrono::milliseconds(1));
        }
        return true;
    }

    boost::asio::io_context io{1};
    core::EventBus bus;
    std::optional<EventOutput> stream;
    std::vector<std::pair<EventOutput::Report, std::string>> reports;
    std::string text;
    int reader = -1;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_output, EventStreamFixture)

BOOST_AUTO_TEST_CASE(events_are_appended_to_the_file_as_lines) {
    const fs::path path = directory / "events";
    std::ofstream(path) << "before\n";
    open(path);
    publish(2);
    BOOST_TEST(contents(path) ==
               "before\n"
               R"({"v":1,"seq":1,"time":"2026-11-22T23:15:00.000000Z","kind":"link.up","topology":"t","peer":"app@10.0.0.7"})"
               "\n"
               R"({"v":1,"seq":2,"time":"2026-11-22T23:15:00.000000Z","kind":"link.up","topology":"t","peer":"app@10.0.0.7"})"
               "\n");
    BOOST_TEST(reports.empty());
}

BOOST_AUTO_TEST_CASE(a_new_file_is_not_accessible_to_others) {
    open(directory / "events");
    struct stat info {};
    BOOST_REQUIRE(::stat((directory / "events").c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0137U) == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_reported_with_its_name) {
    const std::string path = directory / "nowhere" / "events";
    BOOST_CHECK_EXCEPTION(open(path), boost::system::system_error, [&](const boost::system::system_error &error) {
        return error.code() == boost::system::errc::no_such_file_or_directory &&
               std::string(error.what()).find(path) != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_slow_reader_loses_the_oldest_events_and_gets_events_lost) {
    constexpr int published = 20'000;
    open_pipe(100);
    publish(published);
    read_all();
    publish(); // the stream continues
    read_all();
    std::uint64_t got = 0, lost = 0, last = 0, notices = 0;
    for (const auto &event : objects(text)) {
        const std::uint64_t seq = event.at("seq").to_number<std::uint64_t>();
        BOOST_TEST(seq > last);
        if (event.at("kind").as_string() == "events.lost") {
            ++notices;
            lost += event.at("lost").to_number<std::uint64_t>();
        } else {
            BOOST_TEST((notices != 0 || seq == last + 1)); // no gap before it is reported
            ++got;
        }
        last = seq;
    }
    BOOST_TEST(notices == 1u);
    BOOST_TEST(got > 1000u);
    BOOST_TEST(lost > 10'000u);
    BOOST_TEST(got + lost == published + 1u);
    BOOST_TEST(last == published + 1u);
    BOOST_TEST(reports.empty());
}

BOOST_AUTO_TEST_CASE(a_closed_pipe_is_reported_once_and_does_not_stop_the_host) {
    open_pipe();
    publish(3);
    ::close(reader);
    reader = -1;
    publish(1000);
    BOOST_REQUIRE(reports.size() == 1u);
    BOOST_TEST((reports[0].first == EventOutput::Report::ended));
    BOOST_TEST(reports[0].second.find("Broken pipe") != std::string::npos);
    BOOST_TEST(bus.last_seq() == 1003u);
    BOOST_TEST(finished());
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_reported_once_and_at_the_end) {
    open("/dev/full", 16);
    publish(100);
    BOOST_TEST(!run_until([] { return false; }, std::chrono::milliseconds(20))); // writing is retried meanwhile
    BOOST_REQUIRE(reports.size() == 1u);
    BOOST_TEST((reports[0].first == EventOutput::Report::delayed));
    BOOST_TEST(reports[0].second.find("/dev/full: No space left on device") != std::string::npos);
    BOOST_TEST(finished());
    BOOST_REQUIRE(reports.size() == 2u);
    BOOST_TEST((reports[1].first == EventOutput::Report::incomplete));
    BOOST_TEST(reports[1].second.find("No space left on device; up to 100 events are missing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_named_pipe_without_a_reader_does_not_delay_the_start) {
    const fs::path path = directory / "pipe";
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    open(path);
    publish(10);
    reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    read_all();
    BOOST_TEST(objects(text).size() == 10u);
}

BOOST_AUTO_TEST_CASE(finish_writes_all_events) {
    open_pipe(4096);
    for (int i = 0; i < 200; ++i) bus.publish({.kind = KITH_EVENT_LINK_UP, .peer = "p"}, 0);
    BOOST_TEST(finished());
    read_all();
    BOOST_TEST(objects(text).size() == 200u);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- a file that cannot be written for a time: a limit of its size simulates a full disk ----

namespace {

struct FullDisk : EventStreamFixture {
    // The limit applies to every file of this process: a write is truncated at it, and fails after it.
    explicit FullDisk() {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before);
    }
    ~FullDisk() { room(before.rlim_cur); }
    void room(rlim_t bytes) const {
        const rlimit limit{bytes, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    // Checks whether everything is written; then no write is retried.
    bool resumes(rlim_t bytes = RLIM_INFINITY) {
        room(std::min(bytes, before.rlim_cur));
        return run_until([&] { return !reports.empty() && reports.back().first == EventOutput::Report::resumed; });
    }
    std::vector<std::uint64_t> seqs() const {
        std::vector<std::uint64_t> out;
        for (const auto &event : objects(contents(path))) out.push_back(event.at("seq").to_number<std::uint64_t>());
        return out;
    }

    rlimit before{};
    const fs::path path = directory / "events";
    static constexpr rlim_t within_second_line = 150;
};

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = first; i <= last; ++i) out.push_back(i);
    return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_stream_full_disk, FullDisk)

BOOST_AUTO_TEST_CASE(a_line_that_was_begun_is_completed_when_there_is_room) {
    open(path);
    room(within_second_line);
    publish(5);
    BOOST_TEST(contents(path).size() == within_second_line);
    BOOST_TEST(resumes());
    publish(2);
    BOOST_TEST(seqs() == numbers(1, 7), boost::test_tools::per_element());
    BOOST_TEST(reports.size() == 2u); // delayed, resumed
}

BOOST_AUTO_TEST_CASE(disk_space_freed_byte_by_byte_tears_no_line) {
    open(path);
    room(within_second_line);
    publish(5);
    for (rlim_t more = 1; more < 200; ++more) {
        room(within_second_line + more);
        run_until([&] { return contents(path).size() == within_second_line + more; });
    }
    BOOST_TEST(resumes());
    BOOST_TEST(seqs() == numbers(1, 5), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(events_beyond_the_queue_are_reported_as_lost) {
    open(path, 16);
    room(within_second_line);
    publish(20'000);
    BOOST_TEST(resumes());
    std::uint64_t got = 0, lost = 0;
    for (const auto &event : objects(contents(path))) {
        if (event.at("kind").as_string() == "events.lost") {
            lost += event.at("lost").to_number<std::uint64_t>();
        } else {
            ++got;
        }
    }
    BOOST_TEST(lost != 0u);
    BOOST_TEST(got + lost == 20'000u);
    BOOST_TEST(seqs().back() == 20'000u);
}

BOOST_AUTO_TEST_CASE(a_file_truncated_to_make_room_begins_with_a_complete_line) {
    open(path);
    room(within_second_line);
    publish(5);
    BOOST_REQUIRE(::truncate(path.c_str(), 0) == 0);
    BOOST_TEST(resumes());
    BOOST_TEST(seqs() == numbers(2, 5), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_truncated_by_another_process_is_ended) {
    open(path);
    room(within_second_line);
    publish(3);
    BOOST_REQUIRE(::truncate(path.c_str(), within_second_line - 10) == 0);
    BOOST_TEST(resumes());
    const std::string all = contents(path);
    const std::size_t torn = all.find('\n') + 1, next = all.find('\n', torn) + 1;
    BOOST_TEST(next == within_second_line - 10 + 1);
    BOOST_TEST(objects(all.substr(next)).front().at("seq").as_int64() == 2);
    BOOST_TEST(objects(all.substr(next)).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_line_truncated_by_an_earlier_process_is_ended) {
    std::ofstream(path) << R"({"v":1,"seq":)";
    open(path);
    publish(1);
    const std::string all = contents(path);
    BOOST_TEST(all.substr(0, all.find('\n')) == R"({"v":1,"seq":)");
    BOOST_TEST(objects(all.substr(all.find('\n') + 1)).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
