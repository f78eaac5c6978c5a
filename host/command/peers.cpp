// SPDX-License-Identifier: MIT
#include "ask.hpp"
#include "table.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace kith::app {

namespace po = boost::program_options;

int peers(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "peers";
    command_line.synopsis = "kith peers [GLOB] [--topology NAME] [--state STATE] [--json] [--socket PATH]";
    command_line.about =
        "Lists the peers that the running daemon knows, those of one topology or state, or those whose name fits the glob.\n"
        "States: wanted, missing, remembered, resting, guarded, gone, excluded, local_node, outside.\n"
        "Example: kith peers 'app@10.0.*' --state missing\n"
        "Exit status: 0 there are such peers, 1 there are none, 2 bad usage, 3 nobody answers.\n";
    command_line.options.add_options()("topology", po::value<std::string>()->value_name("NAME"), "only those of this topology")(
        "state", po::value<std::string>()->value_name("STATE"), "only those in this state");
    command_line.hidden.add_options()("glob", po::value<std::string>());
    command_line.positional.add("glob", 1);
    Ask::add_options(command_line);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    Ask ask("peers", *values);
    std::string filters;
    const auto filter = [&](const char *option, const char *parameter) {
        if (values->count(option) != 0)
            filters += std::string("&") + parameter + '=' + url_encoded((*values)[option].as<std::string>());
    };
    filter("topology", "topology");
    filter("state", "state");
    filter("glob", "name");
    boost::json::array all;
    for (std::string after;;) {
        auto page = ask.get_json("/v1/peers?limit=1000" + filters + (after.empty() ? "" : "&after=" + url_encoded(after)));
        if (!page) return ask.status();
        for (const auto &peer : list_at(*page, "peers")) all.push_back(peer);
        after = text_at(*page, "next");
        if (after.empty()) break;
    }
    if (ask.json()) {
        std::cout << boost::json::serialize(boost::json::object{{"peers", all}}) << '\n';
    } else if (all.empty()) {
        std::cerr << "kith peers: there are none\n";
    } else {
        std::vector<std::vector<std::string>> rows{{"NAME", "TOPOLOGY", "STATE", "LINK", "SINCE", "SOURCES"}};
        for (const auto &peer : all) {
            std::string sources;
            for (const auto &source : list_at(peer, "sources"))
                sources +=
                    (sources.empty() ? "" : ",") + (source.is_string() ? std::string(source.get_string()) : std::string{});
            const std::string since = text_at(peer, "since");
            rows.push_back({text_at(peer, "name"), text_at(peer, "topology"), text_at(peer, "state"), text_at(peer, "link"),
                            since.empty() ? "-" : since.substr(0, 19) + 'Z', sources});
        }
        std::cout << table_text(rows);
    }
    return all.empty() ? exit_negative : exit_ok;
}

} // namespace kith::app
