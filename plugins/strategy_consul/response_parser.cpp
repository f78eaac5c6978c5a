// SPDX-License-Identifier: MIT
#include "response_parser.hpp"

#include <kith/json.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace consul {

namespace {

constexpr std::size_t most_kept = 10'000;

// The data of one instance, from any of the endpoints.
struct Parts {
    std::string datacenter, node, node_address, service, id, address, status, tags; // tags: with commas
    std::int64_t port = 0;
};

void attribute(Instance &to, const char *name, std::string value) {
    constexpr std::size_t longest = 4096;
    if (!value.empty() && value.size() <= longest) to.attributes.push_back({name, std::move(value)});
}

std::string joined(kith::json_reader &json) {
    std::string out;
    for (auto &tag : json.array()) (out += out.empty() ? "" : ",") += tag.text();
    return out;
}

// 0.0.0.0 and :: mean that the service listens on all addresses; like a missing address they are replaced by the address of the node.
std::string_view address_of(const Parts &of) {
    const auto usable = [](std::string_view text) {
        return !text.empty() && kith::fault_of_host(text) != kith::host_fault::unspecified;
    };
    return usable(of.address) ? of.address : usable(of.node_address) ? of.node_address : std::string_view();
}

Instance instance(Parts of, Expected expected) {
    Instance out;
    out.key.append(of.datacenter).append("/").append(of.node).append("/").append(of.id);
    std::string address(address_of(of));
    out.host = expected == Expected::host ? of.node : address;
    out.attributes.reserve(8);
    attribute(out, "service", std::move(of.service));
    attribute(out, "id", std::move(of.id));
    attribute(out, "node", std::move(of.node));
    attribute(out, "datacenter", std::move(of.datacenter));
    attribute(out, "address", std::move(address));
    attribute(out, "status", std::move(of.status));
    if (of.port != 0) attribute(out, "port", std::to_string(of.port));
    attribute(out, "tags", std::move(of.tags));
    return out;
}

void need(kith::json_reader &json, const std::string &value, std::string_view expected) {
    if (value.empty()) json.wrong(expected);
}

void read_service(kith::json_reader &json, Parts &out) {
    for (auto &[name, value] : json.object()) {
        if (name == "Service") out.service = value.text();
        if (name == "ID") out.id = value.text();
        if (name == "Address") out.address = value.text();
        if (name == "Datacenter" && out.datacenter.empty()) out.datacenter = value.text();
        if (name == "Port") out.port = value.integer();
        if (name == "Tags") out.tags = joined(value);
    }
    need(json, out.id, "a service with an `ID`");
}

void read_node(kith::json_reader &json, Parts &out) {
    for (auto &[name, value] : json.object()) {
        if (name == "Node") out.node = value.text();
        if (name == "Address") out.node_address = value.text();
        if (name == "Datacenter") out.datacenter = value.text(); // that of its service is the same, or missing
    }
    need(json, out.node, "a node with the name `Node`");
}

Parts read_catalog(kith::json_reader &json) {
    Parts out;
    for (auto &[name, value] : json.object()) {
        if (name == "Node") out.node = value.text();
        if (name == "Address") out.node_address = value.text();
        if (name == "ServiceAddress") out.address = value.text();
        if (name == "Datacenter") out.datacenter = value.text();
        if (name == "ServiceName") out.service = value.text();
        if (name == "ServiceID") out.id = value.text();
        if (name == "ServicePort") out.port = value.integer();
        if (name == "ServiceTags") out.tags = joined(value);
    }
    need(json, out.node, "an object with the name `Node`");
    need(json, out.id, "an object with a `ServiceID`");
    return out;
}

Parts read_health(kith::json_reader &json) {
    Parts out;
    for (auto &[name, value] : json.object()) {
        if (name == "Node") read_node(value, out);
        if (name == "Service") read_service(value, out);
    }
    need(json, out.node, "an object with a `Node`");
    need(json, out.id, "an object with a `Service`");
    return out;
}

Parts read_agent(kith::json_reader &json) {
    Parts out;
    for (auto &[name, value] : json.object()) {
        if (name == "AggregatedStatus") out.status = value.text();
        if (name == "Service") read_service(value, out);
    }
    need(json, out.status, "an object with an `AggregatedStatus`");
    need(json, out.id, "an object with a `Service`");
    return out;
}

Found read_all(kith::json_reader &json, const Listing &listing, bool by_id) {
    Found out;
    if (by_id) {
        Parts parts;
        read_service(json, parts);
        out.instances.push_back(instance(std::move(parts), listing.expected));
        return out;
    }
    if (json.next() == kith::json_reader::kind::null) return out; // Go encodes an empty list as null
    for (auto &one : json.array()) {
        Parts parts = listing.endpoint == Endpoint::agent     ? read_agent(one)
                      : listing.endpoint == Endpoint::catalog ? read_catalog(one)
                                                              : read_health(one);
        if (listing.endpoint == Endpoint::agent && listing.passing && parts.status != "passing")
            ++out.not_passing;
        else
            out.instances.push_back(instance(std::move(parts), listing.expected));
    }
    return out;
}

kith::error unexpected_response(const std::string &what) { return {KITH_PROTOCOL, "unexpected response: " + what}; }

} // namespace

kith::result<Found> read_instances(std::string_view body, const Listing &listing, bool by_id) {
    kith::json_reader json(body);
    Found out = read_all(json, listing, by_id);
    if (auto good = json.end(); !good) return unexpected_response(good.error().text);
    return out;
}

kith::result<std::vector<std::string>> read_datacenters(std::string_view body) {
    kith::json_reader json(body);
    std::vector<std::string> out;
    for (auto &name : json.array()) {
        out.push_back(name.text());
        need(name, out.back(), "names of datacenters");
    }
    if (out.empty()) json.wrong("at least one datacenter");
    if (auto good = json.end(); !good) return unexpected_response(good.error().text);
    return out;
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
