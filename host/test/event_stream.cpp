// SPDX-License-Identifier: MIT
#include <host/event_stream.hpp>

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
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace kith;
using namespace kith::app;
namespace fs = std::filesystem;

namespace {

struct EventStreamFixture {
    EventStreamFixture() {
        std::signal(SIGPIPE, SIG_IGN);
        std::string name = (fs::temp_directory_path() / "kith-events-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        directory = name;
        bus.set_wall(0, 1'795'389'300'000'000'000);
    }
    ~EventStreamFixture() {
        stream.reset();
        if (reader >= 0) ::close(reader);
        fs::remove_all(directory);
    }

    void open(const std::string &path, std::size_t queue = 1024) {
        stream.emplace(io, bus, path, queue, [this](const std::string &error) { errors.push_back(error); });
    }
    // Standard output is a pipe for as long as it takes to open it.
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
    // What a reader gets now, and from what becomes free by it.
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

    boost::asio::io_context io{1};
    core::Bus bus;
    std::optional<EventStream> stream;
    std::vector<std::string> errors;
    std::string text;
    fs::path directory;
    int reader = -1;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_stream, EventStreamFixture)

BOOST_AUTO_TEST_CASE(a_file_gets_one_line_for_each_event_and_keeps_what_it_had) {
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
    BOOST_TEST(errors.empty());
}

BOOST_AUTO_TEST_CASE(a_new_file_is_not_for_everybody) {
    open(directory / "events");
    struct stat info {};
    BOOST_REQUIRE(::stat((directory / "events").c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0137U) == 0u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_is_said_with_its_name) {
    const std::string path = directory / "nowhere" / "events";
    BOOST_CHECK_EXCEPTION(open(path), boost::system::system_error, [&](const boost::system::system_error &error) {
        return error.code() == boost::system::errc::no_such_file_or_directory &&
               std::string(error.what()).find(path) != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_slow_reader_loses_the_oldest_and_is_told_how_many_in_its_own_stream) {
    constexpr int published = 20'000;
    open_pipe(100);
    publish(published);
    read_all();
    publish(); // it goes on
    read_all();
    std::uint64_t got = 0, lost = 0, last = 0, notices = 0;
    for (const auto &event : objects(text)) {
        const std::uint64_t seq = event.at("seq").to_number<std::uint64_t>();
        BOOST_TEST(seq > last);
        if (event.at("kind").as_string() == "events.lost") {
            ++notices;
            lost += event.at("lost").to_number<std::uint64_t>();
        } else {
            BOOST_TEST((notices != 0 || seq == last + 1)); // no gap before it is told
            ++got;
        }
        last = seq;
    }
    BOOST_TEST(notices == 1u);
    BOOST_TEST(got > 1000u);
    BOOST_TEST(lost > 10'000u);
    BOOST_TEST(got + lost == published + 1u);
    BOOST_TEST(last == published + 1u);
    BOOST_TEST(errors.empty());
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_gone_is_told_once_and_stops_nothing) {
    open_pipe();
    publish(3);
    ::close(reader);
    reader = -1;
    publish(1000);
    BOOST_REQUIRE(errors.size() == 1u);
    BOOST_TEST(errors[0].find("Broken pipe") != std::string::npos);
    BOOST_TEST(bus.last_seq() == 1003u);
    BOOST_TEST(finished());
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_once) {
    open("/dev/full");
    publish(100);
    BOOST_REQUIRE(errors.size() == 1u);
    BOOST_TEST(errors[0].find("/dev/full") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_named_pipe_that_nobody_reads_yet_does_not_hold_the_start) {
    const fs::path path = directory / "pipe";
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    open(path);
    publish(10);
    reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    read_all();
    BOOST_TEST(objects(text).size() == 10u);
}

BOOST_AUTO_TEST_CASE(at_the_end_everything_is_written) {
    open_pipe(4096);
    for (int i = 0; i < 200; ++i) bus.publish({.kind = KITH_EVENT_LINK_UP, .peer = "p"}, 0);
    BOOST_TEST(finished());
    read_all();
    BOOST_TEST(objects(text).size() == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
