// SPDX-License-Identifier: MIT
#include "driven_node_facts.hpp"

#include "latin1.hpp"
#include "mfa.hpp"

namespace kith::erlang {
namespace {

std::string no_arguments() {
    std::string out;
    etf::Writer(out).nil();
    return out;
}

// What init:get_argument/1 returned: {ok, [["inet6_tcp"]]}, or error, which means the usual one.
std::string carrier_of(etf::TermView reply) {
    if (reply.is_atom("error")) return "inet_tcp";
    if (!reply.is_tuple(2)) return {};
    etf::Elements pair = reply.elements();
    if (!pair.next().is_atom("ok")) return {};
    const auto text = pair.next().elements().next().elements().next().bytes();
    return text ? std::string(*text) : std::string();
}

} // namespace

task<NodeFacts> ask_facts(Session &session, std::chrono::nanoseconds timeout) {
    NodeFacts facts;
    if (auto reply = co_await session.call("erl_epmd", "listen_port_please", atom_list("kith", "localhost"), timeout);
        reply && reply->returned && reply->term().is_tuple(2)) {
        etf::Elements pair = reply->term().elements();
        if (pair.next().is_atom("ok"))
            if (const auto port = pair.next().integer(); port && *port >= 0 && *port <= 65535)
                facts.fixed_port = static_cast<std::uint16_t>(*port);
    }
    if (auto reply = co_await session.call("init", "get_argument", atom_list("proto_dist"), timeout); reply && reply->returned)
        facts.carrier = carrier_of(reply->term());
    if (auto reply = co_await session.call("net_kernel", "epmd_module", no_arguments(), timeout); reply && reply->returned)
        facts.epmd_module = reply->term().atom().value_or(std::string());
    if (auto reply = co_await session.call("erts_internal", "get_dflags", no_arguments(), timeout);
        reply && reply->returned && reply->term().kind() == etf::Kind::tuple && reply->term().size() >= 3) {
        etf::Elements elements = reply->term().elements(); // {erts_dflags, Default, Mandatory, ...}
        if (elements.next().is_atom("erts_dflags")) {
            elements.next();
            facts.mandatory = static_cast<std::uint64_t>(elements.next().integer().value_or(0));
        }
    }
    if (auto reply = co_await session.call("net_kernel", "longnames", no_arguments(), timeout); reply && reply->returned) {
        if (reply->term().is_atom("true")) facts.long_names = true;
        if (reply->term().is_atom("false")) facts.long_names = false;
    }
    if (auto reply = co_await session.call("net_kernel", "get_net_ticktime", no_arguments(), timeout); reply && reply->returned)
        if (const auto seconds = reply->term().integer(); seconds && *seconds > 0)
            facts.tick_time = std::chrono::seconds(*seconds);
    co_return facts;
}

task<std::string> no_address(Session &session, std::string host, bool ipv6, std::chrono::nanoseconds timeout) {
    // A list of characters, not an atom, which the node would never forget.
    const std::string characters = latin1_of(host);
    std::string arguments;
    etf::Writer writer(arguments);
    writer.list(2).list(static_cast<std::uint32_t>(characters.size()));
    for (const char c : characters) writer.integer(static_cast<unsigned char>(c));
    writer.nil().atom(ipv6 ? "inet6" : "inet").nil();
    auto reply = co_await session.call("inet", "getaddr", std::move(arguments), timeout);
    if (!reply || !reply->returned || !reply->term().is_tuple(2)) co_return std::string();
    etf::Elements pair = reply->term().elements();
    if (!pair.next().is_atom("error")) co_return std::string();
    co_return pair.next().atom().value_or("no reason");
}

} // namespace kith::erlang
