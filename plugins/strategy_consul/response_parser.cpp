// SPDX-License-Identifier: MIT
#include "response_parser.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace consul {

namespace json = boost::json;

namespace {

constexpr std::size_t most_kept = 10'000;

// Thrown and caught within this file only.
struct UnexpectedShape {
    std::string text;
};

json::value parse(std::string_view text) {
    boost::system::error_code error;
    json::parse_options limits;
    limits.max_depth = 32;
    json::value out = json::parse({text.data(), text.size()}, error, {}, limits);
    if (error) throw UnexpectedShape{"it is not JSON (" + error.message() + ")"};
    return out;
}

const json::object &object(const json::value &of, const std::string &place) {
    if (const auto *out = of.if_object()) return *out;
    throw UnexpectedShape{"expected an object at " + place};
}

const json::array &list(const json::value &of, const std::string &place) {
    static const json::array none;
    if (of.is_null()) return none; // Go encodes an empty list as null
    if (const auto *out = of.if_array()) return *out;
    throw UnexpectedShape{"expected a list at " + place};
}

// An optional member.
std::string_view text(const json::object &of, const char *name, const std::string &place) {
    const json::value *value = of.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    if (value->is_string()) return value->get_string();
    throw UnexpectedShape{"expected a string at " + place + "." + name};
}

std::string_view needed(const json::object &of, const char *name, const std::string &place) {
    const auto out = text(of, name, place);
    if (out.empty()) throw UnexpectedShape{"expected a string at " + place + "." + name};
    return out;
}

const json::object &member(const json::object &of, const char *name, const std::string &place) {
    const json::value *value = of.if_contains(name);
    if (value == nullptr) throw UnexpectedShape{"expected an object at " + place + "." + name};
    return object(*value, place + "." + name);
}

// The data of one instance, from any of the endpoints.
struct Parts {
    std::string_view datacenter, node, node_address, service, id, address, status;
    const json::value *port = nullptr, *tags = nullptr;
};

void attribute(Instance &to, const char *name, std::string_view value) {
    constexpr std::size_t longest = 4096;
    if (!value.empty() && value.size() <= longest) to.attributes.push_back({name, std::string(value)});
}

std::string joined(const json::value *tags, const std::string &place) {
    std::string out;
    if (tags == nullptr) return out;
    for (const auto &tag : list(*tags, place)) {
        if (!tag.is_string()) throw UnexpectedShape{"expected strings at " + place};
        (out += out.empty() ? "" : ",") += tag.get_string();
    }
    return out;
}

// 0.0.0.0 and :: mean that the service listens on all addresses; like a missing address they are replaced by the address of the node.
std::string_view address_of(const Parts &of) {
    const auto usable = [](std::string_view text) {
        return !text.empty() && kith::fault_of_host(text) != kith::host_fault::unspecified;
    };
    return usable(of.address) ? of.address : usable(of.node_address) ? of.node_address : std::string_view();
}

Instance instance(const Parts &of, Expected expected, const std::string &place) {
    Instance out;
    out.key.append(of.datacenter).append("/").append(of.node).append("/").append(of.id);
    const std::string_view address = address_of(of);
    out.host = expected == Expected::host ? of.node : address;
    attribute(out, "service", of.service);
    attribute(out, "id", of.id);
    attribute(out, "node", of.node);
    attribute(out, "datacenter", of.datacenter);
    attribute(out, "address", address);
    attribute(out, "status", of.status);
    if (of.port != nullptr && of.port->is_int64() && of.port->get_int64() != 0)
        attribute(out, "port", std::to_string(of.port->get_int64()));
    attribute(out, "tags", joined(of.tags, place));
    return out;
}

Parts of_service(const json::object &service, const std::string &place) {
    Parts out;
    out.service = text(service, "Service", place);
    out.id = needed(service, "ID", place);
    out.address = text(service, "Address", place);
    out.datacenter = text(service, "Datacenter", place);
    out.port = service.if_contains("Port");
    out.tags = service.if_contains("Tags");
    return out;
}

Parts of_catalog(const json::object &one, const std::string &place) {
    Parts out;
    out.node = needed(one, "Node", place);
    out.node_address = text(one, "Address", place);
    out.address = text(one, "ServiceAddress", place);
    out.datacenter = text(one, "Datacenter", place);
    out.service = text(one, "ServiceName", place);
    out.id = needed(one, "ServiceID", place);
    out.port = one.if_contains("ServicePort");
    out.tags = one.if_contains("ServiceTags");
    return out;
}

Parts of_health(const json::object &one, const std::string &place) {
    const json::object &node = member(one, "Node", place);
    Parts out = of_service(member(one, "Service", place), place + ".Service");
    out.node = needed(node, "Node", place + ".Node");
    out.node_address = text(node, "Address", place + ".Node");
    if (const auto datacenter = text(node, "Datacenter", place + ".Node"); !datacenter.empty()) out.datacenter = datacenter;
    return out;
}

Parts of_agent(const json::object &one, const std::string &place) {
    Parts out = of_service(member(one, "Service", place), place + ".Service");
    out.status = needed(one, "AggregatedStatus", place);
    return out;
}

Found read_all(std::string_view body, const Listing &listing, bool by_id) {
    const json::value all = parse(body);
    Found out;
    if (by_id) {
        out.instances.push_back(instance(of_service(object(all, "the top level"), "the top level"), listing.expected, "Tags"));
        return out;
    }
    std::size_t number = 0;
    for (const auto &value : list(all, "the top level")) {
        const std::string place = "[" + std::to_string(number++) + "]";
        const json::object &one = object(value, place);
        const Parts parts = listing.endpoint == Endpoint::agent     ? of_agent(one, place)
                            : listing.endpoint == Endpoint::catalog ? of_catalog(one, place)
                                                                    : of_health(one, place);
        if (listing.endpoint == Endpoint::agent && listing.passing && parts.status != "passing") {
            ++out.not_passing;
            continue;
        }
        out.instances.push_back(instance(parts, listing.expected, place));
    }
    return out;
}

kith::error unexpected_response(const UnexpectedShape &what) { return {KITH_PROTOCOL, "unexpected response: " + what.text}; }

} // namespace

kith::result<Found> read_instances(std::string_view body, const Listing &listing, bool by_id) {
    try {
        return read_all(body, listing, by_id);
    } catch (const UnexpectedShape &what) {
        return unexpected_response(what);
    }
}

kith::result<std::vector<std::string>> read_datacenters(std::string_view body) {
    try {
        const json::value all = parse(body);
        std::vector<std::string> out;
        for (const auto &value : list(all, "the top level")) {
            if (!value.is_string() || value.get_string().empty()) throw UnexpectedShape{"expected names of datacenters"};
            out.emplace_back(value.get_string());
        }
        if (out.empty()) throw UnexpectedShape{"expected at least one datacenter"};
        return out;
    } catch (const UnexpectedShape &what) {
        return unexpected_response(what);
    }
}

void keep_unlisted(Found &found, const Found &last) {
    std::unordered_set<std::string> listed;
    for (const Instance &one : found.instances) listed.insert(one.key);
    std::size_t kept = 0;
    for (const Instance &one : last.instances) {
        if (kept == most_kept) break;
        if (listed.contains(one.key)) continue;
        found.instances.push_back(one);
        ++kept;
    }
}

void keep_addresses(Found &found, const Found &last) {
    if (std::ranges::none_of(found.instances, [](const Instance &one) { return one.host.empty(); })) return;
    std::unordered_map<std::string_view, const Instance *> before;
    for (const Instance &one : last.instances) before.emplace(one.key, &one);
    for (Instance &one : found.instances) {
        if (!one.host.empty()) continue;
        if (const auto had = before.find(one.key); had != before.end()) one.host = had->second->host;
    }
}

NamedPeers name_peers(std::span<const Found *const> lists, std::string_view basename) {
    NamedPeers out;
    std::unordered_map<std::string_view, const Found *> hosts;
    std::unordered_set<std::string_view> keys;
    for (const Found *const found : lists) {
        for (const Instance &one : found->instances) {
            if (one.host.empty()) {
                ++out.without_address;
            } else if (!out.unusable.admit(one.host)) {
                continue;
            } else if (const auto [known, fresh] = hosts.try_emplace(one.host, found); !fresh) {
                if (known->second == found) ++out.doubled; // otherwise it is one instance that is in two lists
            } else if (!keys.insert(one.key).second) {
                ++out.doubled;
            } else {
                out.peers.push_back({one.key, std::string(basename) + "@" + one.host, one.attributes});
            }
        }
    }
    return out;
}

} // namespace consul
