// SPDX-License-Identifier: MIT
#include "ask.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

namespace {

// One line for people: when, what, of whom, why.
std::string event_line(const boost::json::value &event) {
    const std::string time = text_at(event, "time"); // 2026-11-22T23:15:00.123456Z
    std::string line = (time.size() > 23 ? time.substr(11, 12) : time) + "  " + text_at(event, "kind");
    line.resize(std::max<std::size_t>(line.size(), 36), ' ');
    for (const char *name : {"topology", "connector", "source", "peer", "node"}) {
        if (const std::string text = text_at(event, name); !text.empty()) line += ' ' + text;
    }
    if (const std::int64_t lost = number_at(event, "lost"); lost != 0) line += ' ' + std::to_string(lost);
    if (const std::string reason = text_at(event, "reason"); !reason.empty()) line += " (" + reason + ')';
    return line;
}

} // namespace

int events(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "events";
    command_line.synopsis = "kith events [--follow] [--topology NAME] [--kind GLOBS] [--json] [--socket PATH]";
    command_line.about =
        "Prints the events that the running daemon still keeps; with --follow those that come, until it is interrupted.\n"
        "Example: kith events --follow --kind 'link.*,peer.lost'\n"
        "Exit status: 0 good, 1 it was refused, 2 bad usage, 3 nobody answers, or the daemon ended the stream.\n";
    command_line.options.add_options()("follow,f", "go on with the events that come")(
        "topology", po::value<std::string>()->value_name("NAME"),
        "only those of this topology")("kind", po::value<std::string>()->value_name("GLOBS"),
                                       "only these kinds, or globs over them, with commas: link.*,peer.lost");
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    Ask ask("events", *values);
    const auto status = ask.get_json("/v1/status");
    if (!status) return ask.status();
    const bool follow = values->count("follow") != 0;
    std::string target = "/v1/events?after=" + url_encoded(text_at(*status, "run") + ".0") + (follow ? "" : "&follow=false");
    for (const char *name : {"topology", "kind"}) {
        if (values->count(name) != 0) target += std::string("&") + name + '=' + url_encoded((*values)[name].as<std::string>());
    }
    const int ended = ask.follow(target, [&](std::string_view line) {
        if (ask.json()) {
            std::cout << line << '\n';
        } else {
            boost::system::error_code error;
            const auto event = boost::json::parse(boost::json::string_view(line.data(), line.size()), error);
            if (!error) std::cout << event_line(event) << '\n';
        }
        if (follow) std::cout.flush();
        return static_cast<bool>(std::cout);
    });
    if (ended != exit_ok || !follow || !std::cout) return ended;
    std::cerr << "kith events: the daemon ended the stream\n";
    return exit_unreachable;
}

} // namespace kith::app
