// SPDX-License-Identifier: MIT
#include "mesh.hpp"

#include "command_line.hpp"

namespace kith::app {

namespace po = boost::program_options;

int mesh(const Arguments &arguments) {
    CommandLine line;
    line.name = "mesh";
    line.synopsis =
        "kith mesh certs NAME... --cluster NAME [--dir DIR] [--renew] | key | keys | send CHANNEL [TEXT] [--to MEMBER] | "
        "listen [CHANNEL]";
    line.about =
        "For a distribution of kith's own (connector mesh):\n"
        "certs   writes ca.pem and ca.key, an authority for 10 years, if they are not there, and for each member NAME.pem and\n"
        "        NAME.key, valid for a year, for the name kith://CLUSTER/NAME. Keys have mode 0600, and no file is\n"
        "        overwritten, but those of members with --renew. Keep ca.key off the members' machines.\n"
        "key     prints a shared key of 32 random bytes as 64 hexadecimal digits. Give all members the same one.\n"
        "keys    shows which member accepts and uses which key, or until when its certificate is valid, and what may be done "
        "next\n"
        "        in exchanging a key. Asks all members.\n"
        "send    sends a message to one member or to all, from TEXT or the standard input.\n"
        "listen  prints the messages that arrive, of one channel or all, until it is interrupted.\n"
        "keys, send and listen need the right of messages: root, the daemon's user, or the groups that api.control_group and\n"
        "api.messages_group name.\n"
        "Example: kith mesh certs a@10.0.0.7 b@10.0.0.8 --cluster shop --dir /root/mesh\n"
        "Example: (umask 077; kith mesh key > mesh.psk)\n"
        "Exit status: 0 done, 1 refused, or members have not answered, 2 bad usage, 3 a file could not be written, or nobody "
        "answers.\n";
    line.options.add_options()("cluster", po::value<std::string>()->value_name("NAME"),
                               "of certs: the cluster id, as in the options of the connector")(
        "dir", po::value<std::string>()->value_name("DIR"), "of certs: where the files are; here without it")(
        "renew", "of certs: overwrite the certificates and keys of members, not the authority's")(
        "to", po::value<std::string>()->value_name("MEMBER"), "of send: one member; all without it")(
        "connector", po::value<std::string>()->value_name("NAME"),
        "of keys, send and listen: the connector's name in the configuration, when there are several");
    Ask::add_options(line);
    line.hidden.add_options()("words", po::value<std::vector<std::string>>());
    line.positional.add("words", -1);
    int code = exit_ok;
    const auto values = parse(line, arguments, code);
    if (!values) return code;
    auto words = values->count("words") != 0 ? (*values)["words"].as<std::vector<std::string>>() : std::vector<std::string>{};
    const std::string what = words.empty() ? std::string() : words.front();
    if (!words.empty()) words.erase(words.begin());
    const auto text = [&](const char *name) {
        return values->count(name) != 0 ? (*values)[name].as<std::string>() : std::string();
    };
    if (what == "certs") return mesh_certs(words, text("cluster"), text("dir"), values->count("renew") != 0);
    if (what == "key") return words.empty() ? mesh_key() : usage_error("mesh key", "it has no arguments");
    if (what != "keys" && what != "send" && what != "listen")
        return usage_error("mesh", "expected certs, key, keys, send or listen");
    Ask ask("mesh " + what, *values);
    const auto connector = connector_to_ask(ask, "mesh " + what, text("connector"), code);
    if (!connector) return code;
    if (what == "keys") return mesh_keys(ask, *connector, words);
    return what == "send" ? mesh_send(ask, *connector, words, text("to")) : mesh_listen(ask, *connector, words);
}

} // namespace kith::app
