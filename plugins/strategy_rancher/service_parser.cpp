// SPDX-License-Identifier: MIT
#include "service_parser.hpp"

#include <kith/address.hpp>
#include <kith/json.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_set>

namespace rancher {

namespace {

kith::error unexpected_response(std::string text) {
    return {KITH_PROTOCOL, "unexpected response of Rancher's metadata service: " + std::move(text)};
}

struct Container {
    std::string name, uuid, host_uuid, state;
    std::optional<std::string> ip; // the first one

    std::string *member(std::string_view of) {
        return of == "name" ? &name : of == "uuid" ? &uuid : of == "host_uuid" ? &host_uuid : of == "state" ? &state : nullptr;
    }
};

// The states of a container that has ended or is about to: those of Cattle's processes for stop, remove and purge. In all other states
// the container exists or may exist.
bool has_ended(std::string_view state) {
    constexpr std::string_view ended[] = {"stopping", "stopped", "removing", "removed", "purging", "purged"};
    return std::ranges::find(ended, state) != std::end(ended);
}

Container read_container(kith::json_reader &json) {
    Container out;
    for (auto &[name, value] : json.object()) {
        if (name == "ips") {
            for (auto &ip : value.array()) {
                out.ip = ip.text();
                break; // the others are equivalent
            }
        } else if (std::string *to = out.member(name); to != nullptr && value.next() == kith::json_reader::kind::text) {
            *to = value.text();
        }
    }
    return out;
}

} // namespace

kith::result<Service> parse_service(std::string_view text, std::string_view basename, const KnownAddresses &before) {
    kith::json_reader json(text);
    std::optional<std::vector<Container>> containers;
    for (auto &[name, value] : json.object()) {
        if (name != "containers") continue;
        containers.emplace();
        for (auto &one : value.array()) containers->push_back(read_container(one));
    }
    if (auto good = json.end(); !good) return unexpected_response(good.error().text);
    if (!containers) return unexpected_response("expected a list at containers");

    Service out;
    std::unordered_set<std::string> known; // addresses
    std::vector<const Container *> lost;
    const auto add = [&](const Container &one, const std::string &ip) {
        if (!one.uuid.empty()) out.addresses.emplace(one.uuid, ip);
        if (!known.insert(ip).second) {
            ++out.doubled;
            return;
        }
        kith::peer peer{.key = ip, .name = std::string(basename) + "@" + ip, .attributes = {{"ip", ip}}};
        const std::pair<const char *, const std::string *> attributes[] = {
            {"name", &one.name}, {"uuid", &one.uuid}, {"host_uuid", &one.host_uuid}, {"state", &one.state}};
        for (const auto &[attribute, value] : attributes) {
            if (!value->empty() && value->size() <= 4096) peer.attributes.push_back({attribute, *value});
        }
        out.peers.push_back(std::move(peer));
    };
    for (std::size_t i = 0; i < containers->size(); ++i) {
        const Container &one = (*containers)[i];
        if (has_ended(one.state)) {
            ++out.ended;
        } else if (!one.ip) {
            lost.push_back(&one);
        } else if (!kith::address::parse(*one.ip, 0)) {
            return unexpected_response("`" + one.ip->substr(0, 64) + "` at containers[" + std::to_string(i) +
                                       "].ips is not an address");
        } else if (out.unusable.admit(*one.ip)) {
            add(one, *one.ip);
        }
    }
    for (const Container *one : lost) {
        const auto had = before.find(one->uuid);
        if (had == before.end())
            ++out.without_address;
        else
            add(*one, had->second);
    }
    return out;
}

} // namespace rancher
