// SPDX-License-Identifier: MIT
#include "find_local_node.hpp"

#include "handshake.hpp"
#include "tool_names.hpp"
#include "vm_args_listening.hpp"

#include <kith/node_name.hpp>

#include <algorithm>
#include <charconv>

namespace kith::erlang {
namespace {

constexpr std::string_view this_machine = "127.0.0.1";
constexpr std::uint64_t max_vm_args_file = 65536;
constexpr std::string_view unlisted =
    "a node that does not listen (-dist_listen false, -sname undefined) is not listed, and cannot be driven";

std::string_view variable(const env &environment, std::string_view name) { return environment.get(name).value_or(""); }

std::string list_of(const std::vector<epmd::Name> &names) {
    std::string text;
    for (const auto &name : names) {
        if (!text.empty()) text += ", ";
        text += name.name;
    }
    return text;
}

/// The vm.args of the release, where the environment names one.
struct ReleaseArgs {
    std::string path;  // empty: none is named
    std::string fault; // why it could not be read
    VmArgsListening args;
};

task<ReleaseArgs> read_release_args(const file &files, const env &environment) {
    ReleaseArgs out;
    out.path = variable(environment, "RELEASE_VM_ARGS");
    if (out.path.empty()) out.path = variable(environment, "VMARGS_PATH");
    const std::string root(variable(environment, "RELEASE_ROOT"));
    const std::string version(variable(environment, "RELEASE_VSN"));
    if (out.path.empty() && !root.empty() && !version.empty()) out.path = root + "/releases/" + version + "/vm.args";
    if (out.path.empty()) co_return out;
    auto content = co_await files.read(out.path, max_vm_args_file);
    if (content)
        out.args = parse_vm_args_listening(content->bytes);
    else
        out.fault = content.error().text;
    co_return out;
}

} // namespace

std::uint16_t epmd_port(const Settings &settings, const env &environment) {
    if (settings.epmd_port != 0) return settings.epmd_port;
    const std::string_view text = variable(environment, "ERL_EPMD_PORT");
    if (text.empty()) return epmd::default_port;
    std::uint16_t port = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), port);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || port == 0)
        throw error(KITH_INVALID, "ERL_EPMD_PORT is \"" + std::string(text) + "\": expected a port, 1 to 65535");
    return port;
}

task<result<LocalNode>> find_local_node(const tcp &net, const file &files, const env &environment, const Settings &settings,
                                        std::chrono::nanoseconds step) {
    LocalNode node;
    node.name = settings.node;
    std::string_view origin = "option node";
    if (node.name.empty()) {
        node.name = variable(environment, "RELEASE_NODE");
        origin = "RELEASE_NODE";
    }
    if (const auto fault = fault_of_node_name(node.name, node_name_form::either); !node.name.empty() && !fault.empty())
        co_return error(KITH_INVALID, std::string(origin) + " is \"" + node.name.substr(0, 300) + "\": expected " +
                                          std::string(rule_of(node_name_form::either)) + ": " + std::string(fault));
    if (node.name == "undefined")
        co_return error(KITH_UNSUPPORTED,
                        std::string(origin) +
                            " is \"undefined\", by which a node gets its name from the first one that it connects "
                            "to: it does not listen, and cannot be driven");
    ReleaseArgs release;
    if (settings.port == 0) release = co_await read_release_args(files, environment);
    if (!release.args.listens || release.args.dynamic_name)
        co_return error(KITH_UNSUPPORTED, release.path + " has " +
                                              (release.args.dynamic_name ? "the name undefined" : "-dist_listen false") +
                                              ": the node does not listen, and cannot be driven");
    const std::string_view host = host_part(node.name);
    node.place.address = !settings.address.empty() ? settings.address : std::string(host.empty() ? this_machine : host);
    const Endpoint epmd{node.place.address, epmd_port(settings, environment)};

    if (node.name.empty()) {
        if (settings.port != 0)
            co_return error(KITH_INVALID, "option port is set, so option node must name the node that listens there");
        auto names = co_await ask_names(net, epmd, step);
        if (!names)
            co_return error(names.status(),
                            names.error().text +
                                "; it starts with the first node that has a name: no such node runs here, it runs "
                                "without EPMD (then options node and port must name it), or option epmd_port "
                                "(ERL_EPMD_PORT) is not EPMD's port");
        std::erase_if(*names, [](const epmd::Name &one) { return is_tool(one.name); });
        if (names->empty())
            co_return error(KITH_NOT_FOUND,
                            "EPMD on " + epmd.text() +
                                " lists no node: the local one is down, restarting, or runs without -name or -sname; " +
                                std::string(unlisted));
        if (names->size() > 1)
            co_return error(KITH_INVALID, "EPMD on " + epmd.text() + " lists " + std::to_string(names->size()) +
                                              " nodes: " + list_of(*names) + "; set option node to the one to drive; " +
                                              std::string(unlisted));
        node.name = names->front().name;
        node.place.port = names->front().port;
        node.by = "as EPMD on " + epmd.text() + " says";
        co_return node;
    }

    if (settings.port != 0) {
        node.place.port = settings.port;
        node.by = "as option port says";
        co_return node;
    }
    if (release.args.port != 0) {
        node.place.port = release.args.port;
        node.by = "as " + release.path + " says";
        co_return node;
    }
    auto port = co_await ask_port(net, epmd, std::string(alive_part(node.name)), step);
    if (port) {
        node.place.port = port->port;
        node.by = "as EPMD on " + epmd.text() + " says";
        node.highest = port->highest;
        co_return node;
    }
    error why = std::move(port).error();
    if (why.status == KITH_NOT_FOUND) {
        why.text += ": the node " + node.name + " (" + std::string(origin) +
                    ") is down, restarting, runs without -name or -sname, or does not listen (-dist_listen false)";
        if (auto names = co_await ask_names(net, epmd, step); names) {
            std::erase_if(*names, [](const epmd::Name &one) { return is_tool(one.name); });
            if (!names->empty()) why.text += "; it knows: " + list_of(*names);
        }
    } else if (why.status == KITH_UNRESOLVED) {
        why.text += "; option address can say where " + node.name + " is reached";
    } else if (why.status == KITH_REFUSED) {
        why.text += "; it starts with the first node that has a name: " + node.name +
                    " is down, runs without EPMD (then option port must be its distribution port), or option epmd_port "
                    "(ERL_EPMD_PORT) is not EPMD's port";
    }
    if (!release.fault.empty()) why.text += "; " + release.path + ", which may name its port, cannot be read: " + release.fault;
    co_return why;
}

} // namespace kith::erlang
