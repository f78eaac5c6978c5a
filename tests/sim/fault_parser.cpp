// SPDX-License-Identifier: MIT
#include <core/config/name_suggestions.hpp>
#include <tests/sim/fault_parser.hpp>
#include <tests/sim/host_selection_parser.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace kith::sim {

namespace {

enum class Takes : std::uint8_t { hosts, other };

struct FaultType {
    std::string_view name;
    FaultKind kind;
    Takes takes; ///< hosts: the fault's value selects the affected hosts
    bool ends;   ///< the fault takes `until`
};

constexpr std::array<FaultType, 29> fault_types = {{
    {"kill", FaultKind::kill, Takes::hosts, true},
    {"stop", FaultKind::stop, Takes::hosts, true},
    {"start", FaultKind::start, Takes::hosts, false},
    {"restart", FaultKind::restart, Takes::hosts, false},
    {"reload", FaultKind::reload, Takes::hosts, false},
    {"crash", FaultKind::crash, Takes::hosts, false},
    {"power_off", FaultKind::power_off, Takes::hosts, true},
    {"partition", FaultKind::partition, Takes::other, true},
    {"loss", FaultKind::loss, Takes::other, true},
    {"duplicate", FaultKind::duplicate, Takes::other, true},
    {"reorder", FaultKind::reorder, Takes::other, true},
    {"multicast", FaultKind::multicast, Takes::other, true},
    {"deaf", FaultKind::deaf, Takes::hosts, true},
    {"hears_itself", FaultKind::hears_itself, Takes::hosts, true},
    {"no_groups", FaultKind::no_groups, Takes::hosts, true},
    {"mute", FaultKind::mute, Takes::hosts, true},
    {"full", FaultKind::full, Takes::hosts, true},
    {"denied", FaultKind::denied, Takes::hosts, true},
    {"no_route", FaultKind::no_route, Takes::hosts, true},
    {"interface_down", FaultKind::interface_down, Takes::hosts, true},
    {"interface_gone", FaultKind::interface_gone, Takes::hosts, true},
    {"occupied", FaultKind::occupied, Takes::other, true},
    {"clock", FaultKind::clock, Takes::other, true},
    {"file", FaultKind::file, Takes::other, false},
    {"env", FaultKind::env, Takes::other, false},
    {"epmd", FaultKind::epmd, Takes::other, true},
    {"inject", FaultKind::inject, Takes::other, true},
    {"replay", FaultKind::replay, Takes::other, true},
    {"address", FaultKind::address, Takes::other, true}, // last, because interface_gone takes `address` too
}};

std::string bytes_of(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned byte = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        out += static_cast<char>(byte);
    }
    return out;
}

InjectedDatagrams read_injection(const JsonCursor &at) {
    InjectedDatagrams datagrams;
    datagrams.from = at.text("from");
    datagrams.to = at.text("to");
    datagrams.port = static_cast<std::uint16_t>(at["port"].number());
    datagrams.count = at.has("count") ? at["count"].number() : 1;
    int contents = 0;
    if (at.has("heartbeat")) {
        ++contents;
        datagrams.content = InjectedDatagrams::Content::heartbeat;
        datagrams.text = at.text("heartbeat");
        if (datagrams.text.size() > 200) at["heartbeat"].error("expected a name of at most 200 bytes");
    }
    if (at.has("hex")) {
        ++contents;
        datagrams.text = bytes_of(at.text("hex"));
    }
    if (at.has("random")) {
        ++contents;
        datagrams.content = InjectedDatagrams::Content::random;
        datagrams.random = at["random"].number();
    }
    if (contents != 1) at.error("expected one of `heartbeat`, `hex` and `random`");
    return datagrams;
}

InjectedDatagrams read_replay(const JsonCursor &at, const Scenario &so_far) {
    using Content = InjectedDatagrams::Content;
    InjectedDatagrams datagrams;
    datagrams.of = parse_host_selection(at["of"], so_far.hosts);
    const std::string how = at.has("how") ? at.text("how") : "same";
    datagrams.content = how == "truncated" ? Content::truncated
                        : how == "flipped" ? Content::flipped
                        : how == "longer"  ? Content::longer
                                           : Content::same;
    datagrams.from = at.text("from");
    datagrams.count = at.has("count") ? at["count"].number() : 1;
    return datagrams;
}

void read_value(const FaultType &type, const JsonCursor &value, const Scenario &so_far, Fault &fault) {
    if (type.takes == Takes::hosts) fault.hosts = parse_host_selection(value, so_far.hosts);
    switch (type.kind) {
    case FaultKind::partition:
        for (std::size_t i = 0; i < value.size(); ++i) fault.sets.push_back(parse_host_selection(value[i], so_far.hosts));
        break;
    case FaultKind::loss:
    case FaultKind::duplicate:
    case FaultKind::reorder: fault.share = value.share(); break;
    case FaultKind::occupied: fault.port = static_cast<std::uint16_t>(value.number()); break;
    case FaultKind::clock: fault.jump = value.span(); break;
    case FaultKind::file: fault.path = value.text(); break;
    case FaultKind::env:
        value.each_member([&](const std::string &name, const JsonCursor &text) { fault.env[name] = text.text(); });
        break;
    case FaultKind::epmd:
        if (value.value().is_array()) {
            auto &names = fault.epmd.emplace();
            for (std::size_t i = 0; i < value.size(); ++i) names.push_back(value[i].text());
        } else {
            fault.epmd_up = value.text() == "up";
        }
        break;
    case FaultKind::inject: fault.datagrams = read_injection(value); break;
    case FaultKind::replay: fault.datagrams = read_replay(value, so_far); break;
    default: break;
    }
}

} // namespace

Fault parse_fault(const JsonCursor &at, const Scenario &so_far) {
    Fault fault;
    fault.json = boost::json::serialize(at.value());
    fault.at = at.span("at");
    if (at.has("until")) fault.until = at.span("until");
    const FaultType *found = nullptr;
    for (const FaultType &type : fault_types) {
        if (!at.has(type.name)) continue;
        if (found != nullptr && !(type.kind == FaultKind::address && found->kind == FaultKind::interface_gone)) {
            at.error("`" + std::string(found->name) + "` and `" + std::string(type.name) +
                     "` are two faults; write one entry for each");
            return fault;
        }
        if (found == nullptr) found = &type;
    }
    if (found == nullptr) {
        std::vector<std::string> names;
        for (const FaultType &type : fault_types) names.emplace_back(type.name);
        at.error("this entry names no fault; expected one of " + core::listed(names, names.size()));
        return fault;
    }
    fault.kind = found->kind;
    if (at.has("hosts")) fault.hosts = parse_host_selection(at["hosts"], so_far.hosts);
    read_value(*found, at[found->name], so_far, fault);
    if (at.has("address")) {
        fault.address = testkit::Address::parse(at.text("address"));
        if (!fault.address) at["address"].error("expected a numeric address such as 10.0.0.7");
        if (found->kind == FaultKind::address && !at.has("hosts")) at.error("`hosts` is required with `address`");
    }
    if (at.has("plugin")) fault.plugin = at.text("plugin");
    if (at.has("text")) fault.text = at.text("text");
    if (fault.until && !found->ends) at["until"].error("`" + std::string(found->name) + "` takes no `until`");
    if (fault.until && *fault.until < fault.at) at["until"].error("expected a time after `at`");
    if (fault.at > so_far.duration)
        at["at"].error("this is after the end of the scenario: its `duration` is " + to_text(so_far.duration));
    return fault;
}

} // namespace kith::sim
