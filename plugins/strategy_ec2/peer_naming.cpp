// SPDX-License-Identifier: MIT
#include "peer_naming.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace ec2 {

namespace {

constexpr std::array<std::pair<std::string_view, std::string Addresses::*>, 5> types{{{"private", &Addresses::private_ip},
                                                                                      {"public", &Addresses::public_ip},
                                                                                      {"private_dns", &Addresses::private_dns},
                                                                                      {"public_dns", &Addresses::public_dns},
                                                                                      {"ipv6", &Addresses::ipv6}}};

constexpr std::size_t longest = 1024; // maximum size of a name by the ABI

std::string Addresses::*member(AddressType type) { return types.at(static_cast<std::size_t>(type)).second; }

// The value of {name}.
std::optional<std::string_view> value(std::string_view name, const Instance &of, std::string_view ip, const Naming &naming) {
    if (name == "app_prefix") return naming.prefix;
    if (name == "ip") return ip;
    if (name == "instance_id") return of.id;
    if (name == "zone") return of.zone;
    return std::nullopt;
}

// Calls text(part) and name(part) for the parts of the format; false: unbalanced braces.
template <class Text, class Name>
bool walk(std::string_view form, Text text, Name name) {
    for (;;) {
        const auto open = form.find_first_of("{}");
        text(form.substr(0, open));
        if (open == std::string_view::npos) return true;
        const auto close = form.find_first_of("{}", open + 1);
        if (form[open] == '}' || close == std::string_view::npos || form[close] == '{') return false;
        name(form.substr(open + 1, close - open - 1));
        form.remove_prefix(close + 1);
    }
}

std::string name_it(const Instance &of, std::string_view ip, const Naming &naming) {
    std::string out;
    walk(
        naming.form, [&](std::string_view part) { out += part; },
        [&](std::string_view part) { out += value(part, of, ip, naming).value_or(""); });
    return out;
}

void append(kith::packed_peers &to, const Instance &of, const std::string &name, std::string_view ip) {
    to.add(of.id, name);
    const auto add = [&](std::string_view which, std::string_view text) {
        if (!text.empty() && text.size() <= 4096) to.attribute(which, text);
    };
    add("ip", ip);
    add("instance_id", of.id);
    add("zone", of.zone);
    add("type", of.type);
    add("private_ip", of.has.private_ip);
    add("public_ip", of.has.public_ip);
    add("private_dns", of.has.private_dns);
    add("public_dns", of.has.public_dns);
    add("ipv6", of.has.ipv6);
    for (const Tag &tag : of.tags) add("tag", tag.value);
}

} // namespace

std::string_view name_of(AddressType type) { return types.at(static_cast<std::size_t>(type)).first; }

std::optional<std::string> format_error(std::string_view form) {
    const Instance any;
    const Naming plain;
    std::optional<std::string> fault;
    bool varies = false;
    const auto known = [&](std::string_view name) {
        if (!value(name, any, "", plain)) fault = "there is no {" + std::string(name) + "}";
        varies = varies || name == "ip" || name == "instance_id";
    };
    if (!walk(
            form, [](std::string_view) {}, known))
        return "its braces are not balanced";
    if (!fault && !varies) return "it gives all instances the same name";
    return fault;
}

std::string reason(Omission why, const Naming &naming) {
    switch (why) {
    case Omission::not_running: return "the instance is not running";
    case Omission::same_name: return "an instance that was launched later has the same name";
    case Omission::too_long: return "its name is longer than 1024 bytes";
    case Omission::no_address: break;
    }
    std::string out = "the instance is running but has no address of ip_type ";
    out += name_of(naming.type);
    if (naming.interface) out += " on interface " + std::to_string(*naming.interface);
    return out;
}

std::string_view address_of(const Instance &instance, const Naming &naming) {
    const auto which = member(naming.type);
    if (!naming.interface && !(instance.has.*which).empty()) return instance.has.*which;
    for (const Interface &one : instance.interfaces) {
        if (naming.interface && one.index != *naming.interface) continue;
        if (!(one.has.*which).empty()) return one.has.*which;
    }
    return {};
}

NamedPeers name_peers(std::span<const Instance> instances, const Naming &naming, const KnownAddresses &known) {
    struct Holder {
        const Instance *instance;
        bool has_it; // whether this list contains the address
    };
    NamedPeers out;
    const auto leave_out = [&](Omission why) { ++out.left_out.at(static_cast<std::size_t>(why)); };
    std::unordered_map<std::string, Holder> by_name;
    std::unordered_set<std::string_view> seen;
    for (const Instance &one : instances) {
        if (!seen.insert(one.id).second) continue; // listed on two pages
        if (!one.state.empty() && one.state != "running") {
            leave_out(Omission::not_running);
            continue;
        }
        std::string_view ip = address_of(one, naming);
        const bool has_it = !ip.empty();
        if (!has_it) {
            const auto before = known.find(one.id);
            if (before == known.end()) {
                leave_out(Omission::no_address);
                continue;
            }
            ip = before->second;
        }
        if (!out.unusable.admit(ip)) continue;
        std::string name = name_it(one, ip, naming);
        if (name.size() > longest) {
            leave_out(Omission::too_long);
            continue;
        }
        out.addresses.emplace(one.id, ip);
        if (!has_it) ++out.kept;
        if (auto [at, fresh] = by_name.try_emplace(std::move(name), Holder{&one, has_it}); !fresh) {
            leave_out(Omission::same_name);
            Holder &other = at->second;
            if (std::tie(other.has_it, other.instance->launched, other.instance->id) < std::tie(has_it, one.launched, one.id))
                other = {&one, has_it};
        }
    }
    for (const Instance &one : instances) {
        const auto ip = out.addresses.find(one.id);
        if (ip == out.addresses.end()) continue;
        const std::string name = name_it(one, ip->second, naming);
        if (const auto at = by_name.find(name); at != by_name.end() && at->second.instance == &one)
            append(out.peers, one, name, ip->second);
    }
    return out;
}

} // namespace ec2
