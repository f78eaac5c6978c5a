// SPDX-License-Identifier: MIT
#include "peer_probe.hpp"

#include "node_tls_options_fault.hpp"

namespace kith::erlang {
namespace {

bool numeric_ipv6(std::string_view host) noexcept { return host.find(':') != std::string_view::npos; }

bool numeric(std::string_view host) noexcept {
    return numeric_ipv6(host) || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string fixed_port_text(const Probe &probe) {
    return "the one port at which " + probe.node + " looks for every peer (-erl_epmd_port)";
}

/// Empty, or why the node finds no address for the peer.
task<std::string> fault_of_family(Session &session, const Probe &probe) {
    const std::string host(host_part(probe.peer));
    const NodeFacts &facts = probe.facts;
    if (!facts.ipv4_alone() && !facts.ipv6_alone()) co_return std::string();
    if (numeric_ipv6(host)) {
        if (!facts.ipv4_alone()) co_return std::string();
        co_return "the name has an IPv6 address, and " + probe.node + " speaks IPv4 alone (it runs with -proto_dist " +
            facts.carrier + "; inet6_tcp is for IPv6)";
    }
    if (numeric(host)) co_return std::string();
    const std::string why = co_await no_address(session, host, facts.ipv6_alone(), probe.step);
    if (why.empty()) co_return std::string();
    const std::string_view family = facts.ipv6_alone() ? "IPv6" : "IPv4";
    // The other family is looked for to tell a name of that family alone from one that nobody knows.
    if ((co_await no_address(session, host, !facts.ipv6_alone(), probe.step)).empty())
        co_return "the host name " + host + " has no " + std::string(family) + " address, and " + probe.node + " speaks " +
            std::string(family) + " alone (it runs with -proto_dist " + facts.carrier + ')';
    co_return "the host name " + host + " does not resolve in " + probe.node + " (" + why + ')';
}

struct Found {
    Endpoint place;
    std::string by;            // who says that it is there; empty: nobody needs to be named
    std::uint16_t highest = 0; // version of the handshake, as EPMD has it; 0: it was not asked
};

/// What EPMD says of a peer that the node looks for at its one port: no cause, but what to do about it.
task<std::string> advice_of_epmd(const tcp &net, const Probe &probe, std::uint16_t fixed) {
    const Endpoint epmd{std::string(host_part(probe.peer)), probe.epmd_port};
    auto port = co_await ask_port(net, epmd, std::string(alive_part(probe.peer)), probe.step);
    if (!port || port->port == fixed) co_return std::string();
    co_return "; EPMD on " + epmd.text() + " says that " + probe.peer + " listens on port " + std::to_string(port->port) +
        ": all nodes need that port, or " + probe.node + " must run without -erl_epmd_port";
}

task<result<Found>> find(const tcp &net, const Probe &probe) {
    Found found;
    found.place.address = host_part(probe.peer);
    const std::uint16_t fixed = probe.facts.fixed_port.value_or(probe.driven_port);
    if (fixed != 0) {
        found.place.port = fixed;
        found.by = fixed_port_text(probe);
        co_return found;
    }
    if (probe.port != 0) {
        found.place.port = probe.port;
        found.by = "the port that attribute dist_port gives";
        co_return found;
    }
    const Endpoint epmd{found.place.address, probe.epmd_port};
    auto port = co_await ask_port(net, epmd, std::string(alive_part(probe.peer)), probe.step);
    if (!port) {
        error why = std::move(port).error();
        if (why.status == KITH_NOT_FOUND)
            why.text += ": " + probe.peer + " is down, runs under another name, or does not listen";
        else if (why.status == KITH_REFUSED)
            why.text += ": no node runs there that is registered, and " + probe.node + " asks EPMD for each peer";
        co_return why;
    }
    found.place.port = port->port;
    found.by = "as EPMD on " + epmd.text() + " says";
    found.highest = port->highest;
    co_return found;
}

error denied(const Probe &probe, const Endpoint &place, error why) {
    if (probe.login == Probe::Login::of_option)
        why.text += ", which is the one of option peer_cookies: it must be the one that " + probe.peer +
                    " uses for other nodes (erlang:get_cookie() there), or that it has set for " + probe.node;
    else
        why.text = probe.peer + " on " + place.text() + " does not accept the cookie by which kith enters " + probe.node +
                   ": it is the cookie that is not accepted; give both nodes the same one, or set option peer_cookies";
    return why;
}

Dialler::Config config_of(const Probe &probe) {
    Dialler::Config config;
    config.name = probe.name;
    config.peer = probe.peer;
    config.cookie = probe.cookie;
    config.creation = probe.creation;
    config.challenge = probe.challenge;
    config.needed = probe.facts.mandatory;
    return config;
}

Verdict speaks_plain_tcp(const Probe &probe, const Endpoint &place) {
    return {error(KITH_PROTOCOL, probe.peer + " on " + place.text() + " speaks plain TCP, and " + probe.node +
                                     " TLS (-proto_dist " + probe.facts.carrier + ')'),
            false, true};
}

Verdict fault_in_tls(error why) {
    const bool refused = why.status == KITH_UNAUTHORIZED || why.status == KITH_PROTOCOL;
    return {.why = std::move(why), .refused = refused};
}

/// The login has succeeded, or none was made.
Verdict unexplained(const Probe &probe, const Endpoint &place) {
    std::string text = probe.peer + " on " + place.text();
    if (probe.login == Probe::Login::without_cookie)
        return {error(KITH_UNAVAILABLE,
                      text + " answers and takes the name; kith could not try the cookie: " + probe.fault_of_cookie),
                false, false};
    if (probe.login == Probe::Login::of_the_two)
        return {error(KITH_UNAUTHORIZED, text +
                                             " answers and takes the name. Possibly it does not know the cookie that option "
                                             "peer_cookies has for the two: it must be set there for " +
                                             probe.node + ", which a kith beside it does that has the same list"),
                false, true};
    text +=
        " lets kith itself in with the same cookie, so host, port and cookie are good. Possibly one of the nodes has another "
        "cookie set for the other, keeps a list of names (net_kernel:allow/1), or is reached from " +
        probe.node + " by another way than from kith";
    if (probe.facts.looks_by_module())
        text += ", or the module " + probe.facts.epmd_module + " (-epmd_module) gives the node another address or port";
    return {error(KITH_UNAVAILABLE, std::move(text)), true, false};
}

} // namespace

std::string fault_of_name_kind(const NodeFacts &facts, std::string_view node, std::string_view peer) {
    // Those of OTP; a carrier or names of one's own may have rules of their own.
    if (!facts.long_names || !(facts.ipv4_alone() || facts.ipv6_alone())) return {};
    const std::string_view host = host_part(peer);
    const bool dotted = host.find('.') != std::string_view::npos;
    if (*facts.long_names == (dotted || numeric_ipv6(host)) || (!*facts.long_names && numeric_ipv6(host) && !dotted)) return {};
    const std::string name(node);
    if (*facts.long_names)
        return name + " has a long name (-name), and " + std::string(host) + " in " + std::string(peer) +
               " is a short one, without a dot: nodes with long and with short names never connect";
    return name + " has a short name (-sname), and " + std::string(host) + " in " + std::string(peer) +
           " is a long one, with a dot: nodes with long and with short names never connect";
}

task<Verdict> why_not(const tcp &net, Session &session, Probe probe, Challenges &challenges) {
    if (auto fault = co_await fault_of_family(session, probe); !fault.empty())
        co_return Verdict{error(KITH_UNRESOLVED, std::move(fault))};
    auto found = co_await find(net, probe);
    if (!found) {
        error why = std::move(found).error();
        if (probe.facts.looks_by_module())
            why.text += "; the node looks by a module of its own, " + probe.facts.epmd_module + " (-epmd_module)";
        co_return Verdict{std::move(why)};
    }

    Dialler::Config config = config_of(probe);
    DistributionTls *tls = probe.facts.asks_for_tls() ? probe.tls : nullptr;
    const bool blind = probe.facts.asks_for_tls() && tls == nullptr; // the node speaks TLS, and we know no certificates
    config.stop_at_challenge = probe.login == Probe::Login::of_the_two || probe.login == Probe::Login::without_cookie || blind;
    if (tls != nullptr) {
        // First, because a peer that speaks plain TCP would let the handshake of TLS wait until its time is over.
        const bool is_plain = co_await speaks_plainly(net, found->place, probe.greeting, config, challenges, probe.step);
        if (is_plain) co_return speaks_plain_tcp(probe, found->place);
    }
    DialReport report;
    auto far = co_await dial(net, found->place, std::move(config), challenges, probe.step, &report, tls);
    if (tls != nullptr && !far && report.failed_in_tls) co_return fault_in_tls(std::move(far).error());
    if (far && tls != nullptr) {
        if (auto fault = co_await fault_of_tls_options(session, probe.step); !fault.empty())
            co_return Verdict{error(KITH_UNAUTHORIZED, std::move(fault)), false, true};
    }
    if (far && blind) co_return speaks_plain_tcp(probe, found->place);
    if (far) co_return unexplained(probe, found->place);

    error why = std::move(far).error();
    const bool fixed = probe.facts.fixed_port.value_or(probe.driven_port) != 0;
    bool too_old = false;
    using Fault = Dialler::Fault;
    switch (report.fault) {
    case Fault::none:
        if (why.status == KITH_REFUSED) {
            why.text = "nobody listens on " + found->place.text() + ", " + found->by;
            if (!fixed && probe.port == 0) why.text += ": " + probe.peer + " is starting, ending, or behind a firewall";
        }
        break;
    case Fault::tls:
        if (!probe.facts.asks_for_tls()) why.text += "; " + probe.node + " speaks plain TCP";
        break;
    case Fault::closed_cookie:
    case Fault::wrong_digest: why = denied(probe, found->place, std::move(why)); break;
    case Fault::lacks_flags:
        why.text = probe.peer + " on " + found->place.text() + " lacks what " + probe.node +
                   " requires of its peers: " + flag::names(report.missing);
        break;
    case Fault::closed_name:
        too_old = found->highest != 0 && found->highest < 6;
        if (too_old)
            why.text += ", and EPMD reports that it supports version " + std::to_string(found->highest) +
                        " of the handshake at most, where version 6 is needed (OTP 23)";
        break;
    case Fault::wrong_name:
        if (fixed) why.text += "; this is " + fixed_port_text(probe);
        break;
    default: break;
    }
    if (fixed && (report.fault == Fault::wrong_name || (report.fault == Fault::none && why.status == KITH_REFUSED))) {
        const std::string advice = co_await advice_of_epmd(net, probe, found->place.port);
        why.text += advice;
    }
    const bool refused = too_old || report.fault == Fault::tls || report.fault == Fault::malformed ||
                         report.fault == Fault::not_allowed || report.fault == Fault::lacks_flags ||
                         why.status == KITH_UNAUTHORIZED;
    co_return Verdict{.why = std::move(why), .refused = refused};
}

task<std::optional<Verdict>> why_not_yet(const tcp &net, Probe probe, Challenges &challenges) {
    const auto found = co_await find(net, probe);
    if (!found) co_return std::nullopt;
    const bool is_plain = co_await speaks_plainly(net, found->place, probe.greeting, config_of(probe), challenges, probe.step);
    if (!is_plain) co_return std::nullopt;
    co_return speaks_plain_tcp(probe, found->place);
}

} // namespace kith::erlang
