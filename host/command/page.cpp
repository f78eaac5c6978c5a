// SPDX-License-Identifier: MIT
#include "ask.hpp"
#include "page_proxy.hpp"

#include <host/api/duration.hpp>
#include <host/api/socket_path.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <spawn.h>
#include <sys/random.h>
#include <unistd.h>

namespace kith::app {

namespace po = boost::program_options;

namespace {

// 32 random bytes in hexadecimal digits; empty when the system has none.
std::string random_secret() {
    std::array<unsigned char, 32> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += hex[byte >> 4U];
        text += hex[byte & 15U];
    }
    return text;
}

bool on_desktop() {
    return (environment_variable("DISPLAY") || environment_variable("WAYLAND_DISPLAY")) && ::isatty(STDIN_FILENO) == 1;
}

// Opens an address in the browser of the desktop. The address goes into a file that only its owner can read, since every user of the
// machine can read the arguments of a program.
class OpenedInBrowser {
  public:
    explicit OpenedInBrowser(const std::string &url) {
        const auto directory = environment_variable("XDG_RUNTIME_DIR");
        if (!directory) return;
        std::string path = *directory + "/kith-page-XXXXXX.html";
        const int fd = ::mkstemps(path.data(), 5);
        if (fd < 0) return;
        path_ = path;
        const std::string document =
            "<!doctype html><meta name=\"referrer\" content=\"no-referrer\"><meta http-equiv=\"refresh\" content=\"0;url=" +
            url + "\">\n";
        const bool whole = ::write(fd, document.data(), document.size()) == static_cast<ssize_t>(document.size());
        ::close(fd);
        if (!whole) return;
        std::signal(SIGCHLD, SIG_IGN);
        std::string program = "xdg-open";
        char *const arguments[] = {program.data(), path.data(), nullptr};
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        for (const int one : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            ::posix_spawn_file_actions_addopen(&actions, one, "/dev/null", one == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
        pid_t pid = 0;
        ::posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments, environ); // without it the printed address remains
        ::posix_spawn_file_actions_destroy(&actions);
    }
    ~OpenedInBrowser() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    OpenedInBrowser(const OpenedInBrowser &) = delete;
    OpenedInBrowser &operator=(const OpenedInBrowser &) = delete;

  private:
    std::string path_;
};

} // namespace

int page(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "page";
    command_line.synopsis = "kith page [--idle TIME] [--json] [--socket PATH]";
    command_line.about =
        "Serves the status page of the running daemon on 127.0.0.1, prints its address, and opens it on a desktop. Whoever "
        "has\n"
        "the address has your rights at the daemon: do not pass it on. Ends on Ctrl-C, or after --idle without a client.\n"
        "From another machine: ssh -L PORT:127.0.0.1:PORT HOST, and open the same address there.\n"
        "Example: kith page --socket /run/kith/kith.sock\n"
        "Exit status: 0 it ended, 2 bad usage, 3 nobody answers, or it could not listen.\n";
    command_line.options.add_options()("idle", po::value<std::string>()->value_name("TIME")->default_value("10m", "10m"),
                                       "end after so long without a client, such as 90s, 10m or 12h");
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    const auto idle = parse_duration((*values)["idle"].as<std::string>());
    if (!idle || *idle == 0 || *idle > core::Time{7} * 86'400 * core::one_second)
        return usage_error("page", "--idle is no time of at most 7 d; write it like 90s, 10m or 12h");
    Ask ask("page", *values);
    const auto socket = ask.socket();
    if (!socket || !ask.get("/livez")) return ask.status();
    const std::string secret = random_secret();
    if (secret.empty()) {
        std::cerr << "kith page: the system gives no random bytes\nTry again later.\n";
        return exit_unreachable;
    }
    try {
        boost::asio::io_context loop;
        PageProxy proxy(loop, {.socket = *socket, .secret = secret, .idle = std::chrono::nanoseconds(*idle)});
        boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
        signals.async_wait([&loop](const boost::system::error_code &, int) { loop.stop(); });
        const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port()) + "/#" + secret;
        if (ask.json()) {
            std::cout << "{\"url\":" << boost::json::serialize(boost::json::string(url)) << "}" << std::endl;
        } else {
            std::cout << url << std::endl;
        }
        std::optional<OpenedInBrowser> opened;
        if (!ask.json() && on_desktop()) opened.emplace(url);
        loop.run();
    } catch (const boost::system::system_error &error) {
        std::cerr << "kith page: cannot listen on 127.0.0.1: " << error.code().message()
                  << "\nCheck the interface `lo` and the limit of open files.\n";
        return exit_unreachable;
    }
    return exit_ok;
}

} // namespace kith::app
