// SPDX-License-Identifier: MIT
#include "ask.hpp"
#include "tar_archive.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <string>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace kith::app {

namespace po = boost::program_options;

namespace {

constexpr std::size_t log_tail = 262'144; // bytes

struct Section {
    const char *file;
    const char *target;
};

constexpr Section sections[] = {
    {"status.json", "/v1/status"}, {"state.json", "/v1/state"},     {"connectors.json", "/v1/connectors"},
    {"config.json", "/v1/config"}, {"plugins.json", "/v1/plugins"}, {"metrics.txt", "/metrics"},
};

std::string versions() {
    std::string text = "kith " KITH_VERSION "\n";
    utsname system{};
    if (::uname(&system) == 0)
        text += std::string(system.sysname) + ' ' + system.release + ' ' + system.version + ' ' + system.machine + '\n';
    std::ifstream release("/etc/os-release");
    for (std::string line; std::getline(release, line);) text += line + '\n';
    return text;
}

// The last events; each line is one of them.
std::string last_events(Ask &ask) {
    std::string all;
    std::size_t lines = 0;
    ask.follow("/v1/events?follow=false&after=0.0", [&](std::string_view line) {
        all.append(line).append(1, '\n');
        if (++lines > 1'000) all.erase(0, all.find('\n') + 1);
        return true;
    });
    return all;
}

bool read_tail(const std::string &path, std::string &text) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return false;
    const auto size = static_cast<std::size_t>(file.tellg());
    const std::size_t from = size > log_tail ? size - log_tail : 0;
    file.seekg(static_cast<std::streamoff>(from));
    text.resize(size - from);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    return true;
}

// For this user alone: names and addresses of peers are in it. False, with errno, when it cannot be written.
bool write_private(const std::string &path, std::string_view bytes) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    bool good = ::fchmod(fd, 0600) == 0;
    while (good && !bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        good = written > 0;
        if (good) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    const int error = errno;
    ::close(fd);
    errno = error;
    return good;
}

} // namespace

int debug(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "debug";
    command_line.synopsis = "kith debug FILE [--log FILE] [--json] [--socket PATH]";
    command_line.about =
        "Writes one tar archive for a bug report: the masked configuration, status, state, plugins, metrics, the last 1,000\n"
        "events, versions, and with --log the end of that log file. No secret of the configuration is in it; names, addresses\n"
        "and attributes of peers are.\n"
        "Example: kith debug kith-debug.tar && tar -tf kith-debug.tar\n"
        "Exit status: 0 written, 1 the daemon refused a part, 2 bad usage, 3 nobody answers or the file cannot be written.\n";
    command_line.options.add_options()("log", po::value<std::string>()->value_name("FILE"), "add the end of this log file");
    command_line.hidden.add_options()("file", po::value<std::string>());
    command_line.positional.add("file", 1);
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    if (values->count("file") == 0) return usage_error("debug", "the name of a file is expected");
    const std::string file = (*values)["file"].as<std::string>();
    Ask ask("debug", *values);
    TarArchive archive(std::time(nullptr));
    for (const Section &section : sections) {
        const auto body = ask.get(section.target);
        if (!body) return ask.status();
        archive.add(std::string("kith-debug/") + section.file, *body);
    }
    archive.add("kith-debug/events.jsonl", last_events(ask));
    archive.add("kith-debug/versions.txt", versions());
    if (values->count("log") != 0) {
        const std::string log = (*values)["log"].as<std::string>();
        std::string text;
        if (!read_tail(log, text)) {
            std::cerr << "kith debug: " << log << " cannot be read: " << std::strerror(errno) << '\n';
            return exit_unreachable;
        }
        archive.add("kith-debug/log.txt", text);
    }
    if (!write_private(file, archive.finish())) {
        std::cerr << "kith debug: " << file << " cannot be written: " << std::strerror(errno) << '\n';
        return exit_unreachable;
    }
    if (ask.json()) {
        std::cout << "{\"written\":true}\n";
    } else {
        std::cout << file << " is written; look through it before you send it\n";
    }
    return exit_ok;
}

} // namespace kith::app
