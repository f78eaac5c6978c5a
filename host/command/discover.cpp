// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "discovery_changes.hpp"

#include <core/cluster/events/event.hpp>
#include <core/engine/standalone_discovery.hpp>
#include <host/config_loading.hpp>
#include <host/isolation/isolator.hpp>
#include <host/log/stderr_log.hpp>
#include <host/progress_reporter.hpp>
#include <host/world/asio_world.hpp>
#include <kith/service/log.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <optional>
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

using ReasonCounts = std::vector<std::pair<std::string, std::uint64_t>>; // reason and count

void append_reason_counts(std::string &out, std::string_view name, const ReasonCounts &counts) {
    out += ", ";
    core::append_json_string(out, name);
    out += ": [";
    for (const auto &[reason, items] : counts) {
        if (&reason != &counts.front().first) out += ", ";
        out += R"({"items": )" + std::to_string(items) + ", ";
        append_member(out, "reason", reason);
        out += '}';
    }
    out += ']';
}

std::string as_json(const std::vector<core::DiscoveryResult> &results) {
    std::string out = R"({"topologies": [)";
    for (const core::DiscoveryResult &result : results) {
        out += &result == &results.front() ? "\n  {" : ",\n  {";
        append_member(out, "name", result.topology);
        out += ", ";
        append_member(out, "source", result.source);
        out += ", ";
        append_member(out, "strategy", result.strategy);
        out += ", ";
        append_member(out, "status", result.status == KITH_OK ? "ok" : "failed");
        const std::string reason = result.status == KITH_OK && result.items() == 0 ? result.why_nothing() : result.reason;
        if (result.status != KITH_OK || !reason.empty()) {
            out += ", ";
            append_member(out, "reason", reason);
        }
        out += R"(, "items": )" + std::to_string(result.items());
        append_reason_counts(out, "left_out", result.left_out);
        append_reason_counts(out, "not_joined", result.not_joined());
        out += R"(, "peers": [)";
        for (const core::FoundPeer &peer : result.peers) {
            out += &peer == &result.peers.front() ? "\n    {" : ",\n    {";
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
        out += result.peers.empty() ? "]}" : "\n  ]}";
    }
    return out + (results.empty() ? "]}\n" : "\n]}\n");
}

void print_reason_counts(std::string_view who, const ReasonCounts &counts) {
    for (const auto &[reason, items] : counts)
        std::cout << "  excluded by the " << who << ": " << items << ": " << reason << '\n';
}

// Explains a successful query that gives no peer to connect.
void print_why_empty(const core::DiscoveryResult &result) {
    if (!std::all_of(result.peers.begin(), result.peers.end(), [](const auto &peer) { return !peer.left_out.empty(); })) return;
    print_reason_counts("policy", result.not_joined());
    if (result.items() == 0) {
        std::cout << "  The source returned nothing: " << result.why_nothing();
    } else {
        std::cout << "  No peer remains of the " << result.items() << (result.items() == 1 ? " item" : " items")
                  << " that the source returned";
    }
    std::cout << ". A running kith would keep its last peers for policy.hold.\n";
}

void print_result(const core::DiscoveryResult &result) {
    std::cout << result.topology << " (" << result.strategy;
    if (result.source != result.strategy) std::cout << ", " << result.source;
    std::cout << "): ";
    if (result.status != KITH_OK) {
        std::cout << "discovery failed: " << result.reason << '\n';
        return;
    }
    std::cout << result.peers.size() << (result.peers.size() == 1 ? " peer" : " peers");
    if (!result.left_out.empty()) std::cout << " of " << result.items() << (result.items() == 1 ? " item" : " items");
    std::cout << '\n';
    std::size_t width = 4;
    for (const core::FoundPeer &peer : result.peers) width = std::max(width, peer.name.size());
    for (const core::FoundPeer &peer : result.peers) {
        std::cout << "  " << peer.name << std::string(width - peer.name.size() + 2, ' ');
        if (peer.key != peer.name) std::cout << "key=" << peer.key << ' ';
        for (const auto &[name, value] : peer.attributes) std::cout << name << '=' << value << ' ';
        if (!peer.left_out.empty()) std::cout << "(excluded: " << peer.left_out << ')';
        std::cout << '\n';
    }
    print_reason_counts("strategy", result.left_out);
    print_why_empty(result);
}

// The line of a terminal, until all strategies have reported.
std::optional<std::string> progress_text(const core::StandaloneDiscovery &discovery, std::chrono::seconds waited,
                                         unsigned patience) {
    const auto &results = discovery.results();
    AwaitedStrategies awaited;
    for (const core::DiscoveryResult &result : results)
        if (result.status == KITH_BUSY) awaited.add(result.source, result.topology);
    if (awaited.empty() && !results.empty()) return std::nullopt;
    return "kith discover: " + (results.empty() ? "starting" : "waiting for " + awaited.text()) + ", " +
           std::to_string(waited.count()) + " s of at most " + std::to_string(patience) + " s";
}

// Prints what each report changes, until a signal comes or nobody reads the output.
void print_changes(boost::asio::io_context &io, core::StandaloneDiscovery &discovery, ProgressReporter &progress,
                   std::uint64_t patience, bool json) {
    DiscoveryChanges changes;
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code &error, int) {
        if (!error) discovery.stop();
    });
    const auto report = [&](const core::DiscoveryResult &result) {
        progress.erase();
        const std::int64_t wall = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
        for (const DiscoveryChange &change : changes.next(result))
            std::cout << (json ? change_json(result, change, wall) : change_line(result, change, wall));
        if (!std::cout.flush()) discovery.stop();
    };
    discovery.watch(patience, report, [&] { io.stop(); });
    io.run();
}

} // namespace

int discover(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "discover";
    command_line.synopsis = "kith discover CONFIG [TOPOLOGY] [--watch] [--json] [--timeout SECONDS] [--plugins DIR]";
    command_line.about =
        "Queries each strategy of the configuration, or of one topology, once and prints the peers; connects none.\n"
        "For an empty set it prints the reason. The local node is the connector's option `node`.\n"
        "With --watch it goes on until it is interrupted, and prints the peers that are added, changed and removed, and each\n"
        "failure with its reason; a failure removes no peer.\n"
        "Example: kith discover kith.json --watch\n"
        "Exit status: 0 all queries succeeded, or --watch was interrupted, 2 invalid configuration, 3 one failed.\n";
    command_line.options.add_options()("watch", "go on after the first result and print what changes, until interrupted")(
        "json", R"(print {"topologies": [...]} on standard output; with --watch a line of JSON for each change)")(
        "timeout", po::value<unsigned>()->default_value(30)->value_name("SECONDS"),
        "time limit of the queries; of the first ones with --watch")("plugins", po::value<std::string>()->value_name("DIR"),
                                                                     "the plugin directory, instead of the one in the file");
    command_line.hidden.add_options()("config", po::value<std::string>()->required())("topology", po::value<std::string>());
    command_line.positional.add("config", 1).add("topology", 1);
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;

    const auto text = [&](const char *name) {
        return values->count(name) != 0 ? (*values)[name].as<std::string>() : std::string();
    };
    const LoadedConfig loaded = load_config(text("config"), text("plugins"), PluginLoading::open);
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
    isolation::Isolator isolator(io, {.program = isolation::helper_program(),
                                      .memory = loaded.config->plugins.memory,
                                      .answer = loaded.config->plugins.answer_timeout});
    core::StandaloneDiscovery look(world, log, *loaded.config, *loaded.registry, topology, &isolator);
    const unsigned seconds = (*values)["timeout"].as<unsigned>();
    const std::uint64_t patience = std::uint64_t{seconds} * 1'000'000'000;
    ProgressReporter progress(io, [&](std::chrono::seconds waited) { return progress_text(look, waited, seconds); });
    if (values->count("watch") != 0) {
        print_changes(io, look, progress, patience, values->count("json") != 0);
        return exit_ok;
    }
    look.start(patience, [&] { io.stop(); });
    io.run();
    progress.erase();

    if (values->count("json") != 0) {
        std::cout << as_json(look.results());
    } else {
        for (const core::DiscoveryResult &result : look.results()) print_result(result);
    }
    const auto &results = look.results();
    return std::all_of(results.begin(), results.end(), [](const auto &s) { return s.status == KITH_OK; }) ? exit_ok
                                                                                                          : exit_unreachable;
}

} // namespace kith::app
