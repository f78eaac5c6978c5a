// SPDX-License-Identifier: MIT
//
// The commands by which an operator changes what a topology of the running daemon does: pause, resume, confirm, hold, forget.
#include "ask.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <optional>
#include <string>

namespace kith::app {

namespace po = boost::program_options;

namespace {

constexpr const char *order_exits =
    "Needs the right of control: root, the daemon's user, or the group that api.control_group names.\n"
    "Exit status: 0 done, 1 the daemon refused it, 2 bad usage, 3 nobody answers.\n";

// One of these commands: its arguments, and the request that it sends.
struct OrderCommand {
    CommandLine line;
    std::optional<Ask> ask;
    po::variables_map values;

    explicit OrderCommand(const char *name) {
        line.name = name;
        line.hidden.add_options()("topology", po::value<std::string>())("peer", po::value<std::string>());
        line.positional.add("topology", 1);
    }

    /// False: `code` is what to exit with.
    bool read(const Arguments &arguments, bool with_peer, int &code) {
        if (with_peer) line.positional.add("peer", 1);
        line.about += order_exits;
        Ask::add_options(line);
        auto parsed = parse(line, arguments, code);
        if (!parsed) return false;
        values = std::move(*parsed);
        if (values.count("topology") == 0 || (with_peer && values.count("peer") == 0)) {
            code = usage_error(line.name, with_peer ? "a topology and a peer are expected" : "a topology is expected");
            return false;
        }
        ask.emplace(line.name, values);
        return true;
    }

    std::string topology() const { return values["topology"].as<std::string>(); }
    std::string peer() const { return values["peer"].as<std::string>(); }
    std::string target(const std::string &what) const {
        std::string path = "/v1/topologies/" + url_encoded(topology());
        if (values.count("peer") != 0) path += "/peers/" + url_encoded(peer());
        path += '/' + what;
        if (values.count("for") != 0) path += "?for=" + url_encoded(values["for"].as<std::string>());
        return path;
    }

    /// Sends it; prints the answer as JSON, or what `sentence` makes of it.
    template <class Sentence>
    int send(const std::string &what, const std::string &content, Sentence sentence) {
        const auto answer = ask->post(target(what), content);
        if (!answer) return ask->status();
        boost::system::error_code error;
        const boost::json::value parsed = boost::json::parse(*answer, error);
        std::cout << (ask->json() || error ? *answer : sentence(parsed)) << '\n';
        return exit_ok;
    }
};

void add_duration(CommandLine &line, const char *about) {
    line.options.add_options()("for", po::value<std::string>()->value_name("TIME"), about);
}

} // namespace

int pause(const Arguments &arguments) {
    OrderCommand command("pause");
    command.line.synopsis = "kith pause TOPOLOGY [--for TIME] [--json] [--socket PATH]";
    command.line.about =
        "Maintenance: the topology goes on observing, but connects and disconnects nobody, and removes nobody, for a time.\n"
        "Its readiness stays as it is, and grace periods stand still. The pause survives a restart of kith (with state_dir).\n"
        "Example: kith pause app --for 30m\n";
    add_duration(command.line, "how long, such as 90s, 30m, 12h or 7d; 1h without it, at most 7d");
    int code = exit_ok;
    if (!command.read(arguments, false, code)) return code;
    return command.send("pause", {}, [&](const boost::json::value &answer) {
        return "topology " + command.topology() + " is paused until " + text_at(answer, "paused_until");
    });
}

int resume(const Arguments &arguments) {
    OrderCommand command("resume");
    command.line.synopsis = "kith resume TOPOLOGY [--json] [--socket PATH]";
    command.line.about = "Ends the pause of a topology. Removals that came meanwhile are decided together, under its guard.\n"
                         "Example: kith resume app\n";
    int code = exit_ok;
    if (!command.read(arguments, false, code)) return code;
    return command.send("resume", {},
                        [&](const boost::json::value &) { return "topology " + command.topology() + " goes on"; });
}

int confirm(const Arguments &arguments) {
    OrderCommand command("confirm");
    command.line.synopsis = "kith confirm TOPOLOGY [--hold ID] [--json] [--socket PATH]";
    command.line.about =
        "The removals that the guard of the topology holds are meant: they happen now. With --hold only if the guard still\n"
        "holds exactly that, or less; without it, what the daemon names a moment before. It is refused when more has come\n"
        "to the hold meanwhile.\n"
        "Example: kith confirm app\n";
    command.line.options.add_options()("hold", po::value<std::string>()->value_name("ID"),
                                       "the hold, as `kith status` or /v1/topologies names it");
    int code = exit_ok;
    if (!command.read(arguments, false, code)) return code;
    std::string hold;
    if (command.values.count("hold") != 0) {
        hold = command.values["hold"].as<std::string>();
    } else {
        const auto topology = command.ask->get_json("/v1/topologies/" + url_encoded(command.topology()));
        if (!topology) return command.ask->status();
        const auto *guard = topology->get_object().if_contains("guard");
        if (guard != nullptr) hold = text_at(*guard, "id");
        if (hold.empty()) {
            std::cerr << "kith confirm: the guard of topology " << command.topology() << " holds nothing\n";
            return exit_negative;
        }
        if (!command.ask->json()) {
            for (const auto &name : list_at(*guard, "names")) std::cout << name.get_string().c_str() << '\n';
        }
    }
    const boost::json::object body{{"hold", hold}};
    return command.send("confirm", boost::json::serialize(body), [&](const boost::json::value &answer) {
        return std::to_string(number_at(answer, "confirmed")) + " peers of topology " + command.topology() + " are removed";
    });
}

int hold(const Arguments &arguments) {
    OrderCommand command("hold");
    command.line.synopsis = "kith hold TOPOLOGY PEER [--for TIME] [--json] [--socket PATH]";
    command.line.about = "Keeps the link of one peer and does not connect it, for a time; such as while it is drained.\n"
                         "Example: kith hold app app@10.0.0.7 --for 2h\n";
    add_duration(command.line, "how long, such as 90s, 30m, 12h or 7d; 1h without it, at most 7d; 0 ends the hold");
    int code = exit_ok;
    if (!command.read(arguments, true, code)) return code;
    return command.send("hold", {}, [&](const boost::json::value &answer) {
        const std::string until = text_at(answer, "held_until");
        return command.peer() + (until.empty() ? " is no longer held" : " is held until " + until);
    });
}

int forget(const Arguments &arguments) {
    OrderCommand command("forget");
    command.line.synopsis = "kith forget TOPOLOGY PEER [--json] [--socket PATH]";
    command.line.about =
        "Treats one peer as gone now: without a grace period, and past the guard. policy.prune says what becomes of its link.\n"
        "It comes back when a strategy reports it again.\n"
        "Example: kith forget app app@10.0.0.7\n";
    int code = exit_ok;
    if (!command.read(arguments, true, code)) return code;
    return command.send("forget", {}, [&](const boost::json::value &) {
        return command.peer() + " is no peer of " + command.topology() + " any more";
    });
}

} // namespace kith::app
