// SPDX-License-Identifier: MIT
#include "ask.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>

namespace kith::app {

namespace {

std::string joined_names(const boost::json::value &list) {
    std::string text;
    for (const auto &name : list_at(list, "names")) text += (text.empty() ? "" : ", ") + std::string(name.get_string());
    return number_at(list, "count") > static_cast<std::int64_t>(list_at(list, "names").size()) ? text + " ..." : text;
}

void print_plan(const boost::json::value &plan) {
    for (const auto &part : list_at(plan, "parts")) {
        std::string line = text_at(part, "kind");
        if (const std::string name = text_at(part, "name"); !name.empty()) line += ' ' + name;
        line += ": " + text_at(part, "action");
        std::string separator = ", by ";
        for (const auto &key : list_at(part, "keys")) {
            line += separator + std::string(key.get_string());
            separator = ", ";
        }
        std::cout << line << '\n';
    }
    for (const auto &effect : list_at(plan, "effects")) {
        const auto &fields = effect.get_object();
        const auto print = [&](const char *key, const char *what) {
            const auto *list = fields.if_contains(key);
            if (list == nullptr || number_at(*list, "count") == 0) return;
            std::cout << "topology " << text_at(effect, "topology") << ": " << number_at(*list, "count") << " of "
                      << number_at(effect, "peers") << " peers " << what << ": " << joined_names(*list) << '\n';
        };
        print("not_dialled", "are no longer connected, and their links stay");
        print("parted", "are disconnected");
        if (flag_at(effect, "needs_confirm"))
            std::cout << "that is more than policy.max_removal: it needs `kith reload --confirm`\n";
    }
}

} // namespace

int reload(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "reload";
    command_line.synopsis = "kith reload [--dry-run] [--confirm] [--json] [--socket PATH]";
    command_line.about = "Has the running daemon read its configuration again and apply the difference: what has not changed "
                         "goes on undisturbed.\n"
                         "Prints what changes and whom it affects, then the verdict. An invalid file changes nothing. When an "
                         "instance that was\n"
                         "started for it fails within 10 s, the former configuration comes back. Needs the right of control.\n"
                         "Example: kith reload --dry-run && kith reload\n"
                         "Exit status: 0 applied, or nothing to do; 1 refused or taken back; 2 bad usage, 3 nobody answers.\n";
    command_line.options.add_options()("dry-run", "print what would change; change nothing")(
        "confirm", "also when more peers than policy.max_removal are affected");
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    Ask ask("reload", *values);
    std::string target = "/v1/reload?dry_run=";
    target += values->count("dry-run") != 0 ? "true" : "false";
    if (values->count("confirm") != 0) target += "&confirm=true";
    const auto answer = ask.post(target);
    if (!answer) return ask.status();
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(*answer, error);
    const std::string verdict = error ? std::string{} : text_at(parsed, "verdict");
    if (ask.json() || error) {
        std::cout << *answer << '\n';
    } else {
        if (const auto *plan = parsed.get_object().if_contains("plan")) print_plan(*plan);
        const std::string reason = text_at(parsed, "reason");
        std::cout << verdict << (reason.empty() ? "" : ": " + reason) << '\n';
    }
    return verdict == "failed" || verdict.empty() ? exit_negative : exit_ok;
}

} // namespace kith::app
