// SPDX-License-Identifier: MIT
#include "service_parser.hpp"

#include <kith/address.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace rancher {

namespace json = boost::json;

namespace {

kith::error unexpected_response(std::string text) {
    return {KITH_PROTOCOL, "unexpected response of Rancher's metadata service: " + std::move(text)};
}

std::string_view text_of(const json::object &of, const char *name) {
    const json::value *value = of.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// The states of a container that has ended or is about to: those of Cattle's processes for stop, remove and purge. In all other states
// the container exists or may exist.
bool has_ended(std::string_view state) {
    constexpr std::string_view ended[] = {"stopping", "stopped", "removing", "removed", "purging", "purged"};
    return std::ranges::find(ended, state) != std::end(ended);
}

std::string place(std::size_t index) { return "containers[" + std::to_string(index) + "]"; }

} // namespace

kith::result<Service> parse_service(std::string_view text, std::string_view basename, const KnownAddresses &before) {
    boost::system::error_code error;
    json::parse_options limits;
    limits.max_depth = 32;
    const json::value all = json::parse({text.data(), text.size()}, error, {}, limits);
    if (error) return unexpected_response("it is not JSON (" + error.message() + ")");
    const json::object *service = all.if_object();
    if (service == nullptr) return unexpected_response("expected an object");
    const json::value *list = service->if_contains("containers");
    const json::array *containers = list == nullptr ? nullptr : list->if_array();
    if (containers == nullptr) return unexpected_response("expected a list at `containers`");

    Service out;
    std::unordered_set<std::string> known; // addresses
    std::vector<const json::object *> lost;
    const auto add = [&](const json::object &one, const std::string &ip) {
        if (const auto uuid = text_of(one, "uuid"); !uuid.empty()) out.addresses.emplace(uuid, ip);
        if (!known.insert(ip).second) {
            ++out.doubled;
            return;
        }
        kith::peer peer{.key = ip, .name = std::string(basename) + "@" + ip, .attributes = {{"ip", ip}}};
        for (const char *attribute : {"name", "uuid", "host_uuid", "state"}) {
            const std::string_view value = text_of(one, attribute);
            if (!value.empty() && value.size() <= 4096) peer.attributes.push_back({attribute, std::string(value)});
        }
        out.peers.push_back(std::move(peer));
    };
    for (std::size_t i = 0; i < containers->size(); ++i) {
        const json::object *one = (*containers)[i].if_object();
        if (one == nullptr) return unexpected_response("expected an object at " + place(i));
        const json::value *ips = one->if_contains("ips");
        const bool none = ips == nullptr || ips->is_null() || (ips->is_array() && ips->get_array().empty());
        const json::value *first = none || !ips->is_array() ? nullptr : &ips->get_array().front();
        if (!none && (first == nullptr || !first->is_string()))
            return unexpected_response("expected a list of addresses at " + place(i) + ".ips");
        if (has_ended(text_of(*one, "state"))) {
            ++out.ended;
            continue;
        }
        if (none) {
            lost.push_back(one);
            continue;
        }
        const std::string ip(first->get_string());
        if (!kith::address::parse(ip, 0))
            return unexpected_response("`" + ip.substr(0, 64) + "` at " + place(i) + ".ips is not an address");
        if (out.unusable.admit(ip)) add(*one, ip);
    }
    for (const json::object *one : lost) {
        const auto had = before.find(std::string(text_of(*one, "uuid")));
        if (had == before.end())
            ++out.without_address;
        else
            add(*one, had->second);
    }
    return out;
}

} // namespace rancher
