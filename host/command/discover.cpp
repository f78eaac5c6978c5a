// SPDX-License-Identifier: MIT
#include "usage.hpp"

#include <core/cluster/event.hpp>
#include <core/engine/look.hpp>
#include <host/loading.hpp>
#include <host/log/stderr_log.hpp>
#include <host/world/asio_world.hpp>
#include <kith/service/log.h>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace kith::app {

namespace po = boost::program_options;

namespace {

void append_member(std::string &out, std::string_view name, std::string_view value) {
    core::append_json_string(out, name);
    out += ": ";
    core::append_json_string(out, value);
}

using Tally = std::vector<std::pair<std::string, std::uint64_t>>; // reason and number

void append_tally(std::string &out, std::string_view name, const Tally &tally) {
    out += ", ";
    core::append_json_string(out, name);
    out += ": [";
    for (const auto &[reason, items] : tally) {
        if (&reason != &tally.front().first) out += ", ";
        out += R"({"items": )" + std::to_string(items) + ", ";
        append_member(out, "reason", reason);
        out += '}';
    }
    out += ']';
}

std::string as_json(const std::vector<core::Sight> &sights) {
    std::string out = R"({"topologies": [)";
    for (const core::Sight &sight : sights) {
        out += &sight == &sights.front() ? "\n  {" : ",\n  {";
        append_member(out, "name", sight.topology);
        out += ", ";
        append_member(out, "source", sight.source);
        out += ", ";
        append_member(out, "strategy", sight.strategy);
        out += ", ";
        append_member(out, "status", sight.status == KITH_OK ? "ok" : "failed");
        const std::string reason = sight.status == KITH_OK && sight.items() == 0 ? sight.why_nothing() : sight.reason;
        if (sight.status != KITH_OK || !reason.empty()) {
            out += ", ";
            append_member(out, "reason", reason);
        }
        out += R"(, "items": )" + std::to_string(sight.items());
        append_tally(out, "left_out", sight.left_out);
        append_tally(out, "not_joined", sight.not_joined());
        out += R"(, "peers": [)";
        for (const core::SeenPeer &peer : sight.peers) {
            out += &peer == &sight.peers.front() ? "\n    {" : ",\n    {";
            append_member(out, "key", peer.key);
            out += ", ";
            append_member(out, "name", peer.name);
            if (!peer.left_out.empty()) {
                out += ", ";
                append_member(out, "left_out", peer.left_out);
            }
            out += R"(, "attributes": {)";
            for (const auto &attribute : peer.attributes) {
                if (&attribute != &peer.attributes.front()) out += ", ";
                append_member(out, attribute.first, attribute.second);
            }
            out += "}}";
        }
        out += sight.peers.empty() ? "]}" : "\n  ]}";
    }
    return out + (sights.empty() ? "]}\n" : "\n]}\n");
}

void print_tally(std::string_view who, const Tally &tally) {
    for (const auto &[reason, items] : tally)
        std::cout << "  left out by the " << who << ": " << items << ": " << reason << '\n';
}

// Of a look that went well, when nobody would be joined by it.
void print_why_nobody(const core::Sight &sight) {
    if (!std::all_of(sight.peers.begin(), sight.peers.end(), [](const auto &peer) { return !peer.left_out.empty(); })) return;
    print_tally("policy", sight.not_joined());
    if (sight.items() == 0) {
        std::cout << "  Nothing came: " << sight.why_nothing();
    } else {
        std::cout << "  Nobody is left of " << sight.items() << (sight.items() == 1 ? " item that" : " items that") << " came";
    }
    std::cout << ". A running kith would hold its last peers for policy.hold.\n";
}

void print_sight(const core::Sight &sight) {
    std::cout << sight.topology << " (" << sight.strategy;
    if (sight.source != sight.strategy) std::cout << ", " << sight.source;
    std::cout << "): ";
    if (sight.status != KITH_OK) {
        std::cout << "could not look: " << sight.reason << '\n';
        return;
    }
    std::cout << sight.peers.size() << (sight.peers.size() == 1 ? " peer" : " peers");
    if (!sight.left_out.empty()) std::cout << " of " << sight.items() << (sight.items() == 1 ? " item" : " items");
    std::cout << '\n';
    std::size_t width = 4;
    for (const core::SeenPeer &peer : sight.peers) width = std::max(width, peer.name.size());
    for (const core::SeenPeer &peer : sight.peers) {
        std::cout << "  " << peer.name << std::string(width - peer.name.size() + 2, ' ');
        if (peer.key != peer.name) std::cout << "key=" << peer.key << ' ';
        for (const auto &[name, value] : peer.attributes) std::cout << name << '=' << value << ' ';
        if (!peer.left_out.empty()) std::cout << "(left out: " << peer.left_out << ')';
        std::cout << '\n';
    }
    print_tally("strategy", sight.left_out);
    print_why_nobody(sight);
}

} // namespace

int discover(const Words &words) {
    Usage usage;
    usage.name = "discover";
    usage.synopsis = "kith discover CONFIG [TOPOLOGY] [--json] [--timeout SECONDS] [--plugins DIR]";
    usage.about =
        "Looks once with each strategy of the configuration, or of one topology, connects nothing, and prints the peers;\n"
        "for an empty set, why. What concerns the local node is taken from the connector's option `node`.\n"
        "Exit status: 0 all have looked, 2 bad configuration, 3 one could not look.\n";
    usage.options.add_options()("json", R"(print {"topologies": [...]} on standard output)")(
        "timeout", po::value<unsigned>()->default_value(30)->value_name("SECONDS"), "how long to wait for the answers")(
        "plugins", po::value<std::string>()->value_name("DIR"), "look for plugins here, not where the file says");
    usage.hidden.add_options()("config", po::value<std::string>()->required())("topology", po::value<std::string>());
    usage.positional.add("config", 1).add("topology", 1);
    int status = exit_good;
    const auto values = parse(usage, words, status);
    if (!values) return status;

    const auto text = [&](const char *name) {
        return values->count(name) != 0 ? (*values)[name].as<std::string>() : std::string();
    };
    const Loaded loaded = load_config(text("config"), text("plugins"), Use::open);
    std::cerr << core::to_text(loaded.diagnostics);
    if (!loaded.config) return exit_usage;
    const std::string topology = text("topology");
    const auto &topologies = loaded.config->topologies;
    if (!topology.empty() &&
        std::none_of(topologies.begin(), topologies.end(), [&](const auto &t) { return t.name == topology; })) {
        std::cerr << "kith discover: " << text("config") << " has no topology `" << topology << "`\n";
        return exit_usage;
    }

    boost::asio::io_context io(1);
    AsioWorld world(io, {.state_dir = loaded.config->state_dir});
    StderrLog log({}, KITH_LOG_WARNING);
    core::Look look(world, log, *loaded.config, *loaded.registry, topology);
    look.start(std::uint64_t{(*values)["timeout"].as<unsigned>()} * 1'000'000'000, [&] { io.stop(); });
    io.run();

    if (values->count("json") != 0) {
        std::cout << as_json(look.sights());
    } else {
        for (const core::Sight &sight : look.sights()) print_sight(sight);
    }
    const auto &sights = look.sights();
    return std::all_of(sights.begin(), sights.end(), [](const auto &s) { return s.status == KITH_OK; }) ? exit_good
                                                                                                        : exit_unreachable;
}

} // namespace kith::app
