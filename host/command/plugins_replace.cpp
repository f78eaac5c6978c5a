// SPDX-License-Identifier: MIT
#include "ask.hpp"
#include "commands.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

namespace kith::app {

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace {

// Where the daemon has loaded the file of that name from; empty: nowhere.
std::string loaded_path(const boost::json::value &plugins, const std::string &name) {
    for (const auto &plugin : list_at(plugins, "plugins")) {
        std::string file = text_at(plugin, "file");
        if (file.substr(file.rfind('/') + 1) == name) return file;
    }
    return {};
}

void print(const boost::json::value &answer) {
    std::string versions;
    for (const auto &one : list_at(answer, "plugins"))
        versions += (versions.empty() ? "" : ", ") + text_at(one, "kind") + ' ' + text_at(one, "plugin") + ' ' +
                    text_at(one, "before") + " -> " + text_at(one, "after");
    std::string instances;
    for (const auto &one : list_at(answer, "instances"))
        instances += (instances.empty() ? "" : ", ") + std::string(one.get_string());
    std::cout << text_at(answer, "file") << ": " << versions << "\ninstances: " << instances << '\n';
    const std::string verdict = text_at(answer, "verdict"), reason = text_at(answer, "reason");
    std::cout << verdict;
    if (!reason.empty()) std::cout << ", the former version goes on: " << reason;
    if (verdict == "replaced") std::cout << " within " << number_at(answer, "duration_ms") << " ms";
    std::cout << '\n';
}

} // namespace

int plugins_replace(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "plugins replace";
    command_line.synopsis = "kith plugins replace FILE [--dry-run] [--json] [--socket PATH]";
    command_line.about =
        "Has the running daemon take a new version of a plugin's file into use: FILE is the file's name, or its path, in the\n"
        "plugin directory, where the new version was installed (by mv or install, not by cp). New instances start beside "
        "those\n"
        "in use, in processes of their own, and take their places when each of them has looked, attached or subscribed. When\n"
        "one fails, needs a right that the former one did not need, or takes longer than 10 s, the former ones go on and the\n"
        "reason is printed. When one fails within 10 s after that, the former version comes back. Plugins in the daemon's\n"
        "process cannot be replaced: restart kith, which interrupts no link. Needs the right of control.\n"
        "Example: install -m 644 new/libstrategy_x.so /usr/lib/kith/plugins && kith plugins replace libstrategy_x.so\n"
        "Exit status: 0 replaced, or possible (--dry-run); 1 it is not, 2 bad usage, 3 nobody answers.\n";
    command_line.options.add_options()("dry-run", "check the file and the configuration with it; start nothing");
    Ask::add_options(command_line);
    command_line.hidden.add_options()("file", po::value<std::string>());
    command_line.positional.add("file", 1);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    if (values->count("file") == 0) return usage_error("plugins replace", "the name of a plugin's file is expected");
    Ask ask("plugins replace", *values);
    const std::string given = (*values)["file"].as<std::string>();
    const std::string name = given.substr(given.rfind('/') + 1);
    if (name != given) {
        const auto plugins = ask.get_json("/v1/plugins");
        if (!plugins) return ask.status();
        const std::string loaded = loaded_path(*plugins, name);
        std::error_code error;
        if (!loaded.empty() && !fs::equivalent(given, loaded, error)) {
            std::cerr << "kith plugins replace: " << given << " is not the file that kith has loaded; install it as " << loaded
                      << ", by mv or install, and replace it by its name\n";
            return exit_negative;
        }
    }
    ask.wait_for(std::chrono::seconds(15)); // a file that only code can describe takes time before the answer begins
    const auto answer =
        ask.post("/v1/plugins/" + url_encoded(name) + "/replace?dry_run=" + (values->count("dry-run") != 0 ? "true" : "false"));
    if (!answer) return ask.status();
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(*answer, error);
    const std::string verdict = error ? std::string() : text_at(parsed, "verdict");
    if (ask.json() || error)
        std::cout << *answer << '\n';
    else
        print(parsed);
    return verdict == "replaced" || verdict == "possible" ? exit_ok : exit_negative;
}

} // namespace kith::app
