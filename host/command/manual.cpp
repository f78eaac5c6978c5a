// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "command_table.hpp"

#include <core/config/options_reference.hpp>
#include <host/config_loading.hpp>

#include <iostream>
#include <sstream>
#include <string>

namespace kith::app {

namespace po = boost::program_options;

namespace {

// A line of text for troff: nothing in it is a request.
std::string troff_line(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
    for (const char c : text) {
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
    }
    return out;
}

std::string troff_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out += troff_line(text.substr(0, end)) + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string verbatim(std::string_view text) { return ".nf\n" + troff_lines(text) + ".fi\n"; }

std::string page_head(const char *name, const char *section, const char *about) {
    return std::string(".TH ") + name + ' ' + section + " \"\" \"kith " KITH_VERSION "\"\n.SH NAME\n" + name + " \\- " + about +
           '\n';
}

std::string kith_1() {
    std::string out = page_head("kith", "1", "forms clusters: strategies discover peers, connectors connect them");
    out += ".SH SYNOPSIS\n.B kith\n.I COMMAND\n[...]\n.SH DESCRIPTION\n"
           "kith runs beside a node, discovers its peers and has the node connect to them. The configuration is described in\n"
           ".BR kith.json (5),\nthe options of plugins in\n.BR kith\\-plugins (7).\n.SH COMMANDS\n";
    for (const CommandUsage &usage : command_usages()) {
        out += ".SS " + std::string(usage.name) + "\n" + troff_line(usage.about) + ".\n.PP\n.B " + troff_line(usage.synopsis) +
               "\n.PP\n" + verbatim(usage.description);
        for (const CommandOption &option : usage.options) {
            out += ".TP\n.B " +
                   troff_line("--" + option.name.substr(0, option.name.find(',')) +
                              (option.value.empty() ? std::string{} : ' ' + option.value)) +
                   '\n' + troff_line(option.about) + '\n';
        }
    }
    out += ".SH EXIT STATUS\n0 success; 1 a negative result; 2 invalid usage or configuration; 3 a source, a directory or the "
           "daemon\n"
           "could not be reached.\n.SH SEE ALSO\n.BR kith.json (5),\n.BR kith\\-plugins (7)\n";
    return out;
}

std::string kith_json_5() {
    std::string out = page_head("kith.json", "5", "configuration of kith");
    out += ".SH DESCRIPTION\nOne JSON file; comments and trailing commas are allowed. Strings may contain ${NAME}, "
           "${NAME:\\-default} and\n"
           "${file:/path}.\n.B kith check\nvalidates it.\n";
    for (const auto &[section, title] :
         {std::pair{"file", "THE FILE"}, std::pair{"topology", "A TOPOLOGY"}, std::pair{"policy", "POLICY"}})
        out += std::string(".SH ") + title + '\n' + verbatim(core::configuration_markdown(section));
    return out + ".SH SEE ALSO\n.BR kith (1),\n.BR kith\\-plugins (7)\n";
}

// Nothing when the plugins cannot be read.
std::string kith_plugins_7(const std::string &dir) {
    const auto registry = load_plugins("manual", dir);
    if (!registry) return {};
    std::string out = page_head("kith-plugins", "7", "options of the plugins of kith");
    out += ".SH DESCRIPTION\nEach plugin is a shared object in the plugin directory.\n.B kith plugins\nlists those that are "
           "installed.\n";
    for (const core::Plugin *plugin : registry->plugins()) {
        const char *kind = plugin->kind() == KITH_KIND_STRATEGY    ? "strategy"
                           : plugin->kind() == KITH_KIND_CONNECTOR ? "connector"
                                                                   : "sink";
        out += ".SH " + std::string(kind) + ' ' + std::string(plugin->id()) + '\n' + troff_line(plugin->summary()) + "\n.PP\n" +
               verbatim(core::options_text(plugin->options()));
    }
    return out + ".SH SEE ALSO\n.BR kith (1),\n.BR kith.json (5)\n";
}

} // namespace

int manual(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "manual";
    command_line.synopsis = "kith manual kith|kith.json|kith-plugins [DIR]";
    command_line.about = "Prints a manual page for man(1): of the commands, of the configuration, or of the plugins that are "
                         "installed or in DIR.\n"
                         "Example: kith manual kith.json > kith.json.5\n"
                         "Exit status: 0 success, 2 bad usage, 3 the plugin directory cannot be read.\n";
    command_line.hidden.add_options()("page", po::value<std::string>())("dir", po::value<std::string>());
    command_line.positional.add("page", 1).add("dir", 1);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    const std::string page = values->count("page") != 0 ? (*values)["page"].as<std::string>() : std::string{};
    std::string text;
    if (page == "kith") {
        text = kith_1();
    } else if (page == "kith.json") {
        text = kith_json_5();
    } else if (page == "kith-plugins") {
        text = kith_plugins_7(values->count("dir") != 0 ? (*values)["dir"].as<std::string>() : std::string{});
        if (text.empty()) return exit_unreachable;
    } else {
        return usage_error("manual", "expected kith, kith.json or kith-plugins");
    }
    std::cout << text;
    return exit_ok;
}

} // namespace kith::app
