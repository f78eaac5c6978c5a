// SPDX-License-Identifier: MIT
#include "service.hpp"

#include <kith/address.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <unordered_set>

namespace rancher {

namespace json = boost::json;

namespace {

kith::error strange(std::string text) {
    return {KITH_PROTOCOL, "the answer is not what Rancher's metadata tells of a service: " + std::move(text)};
}

std::string_view text_of(const json::object &of, const char *name) {
    const json::value *value = of.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::string place(std::size_t index) { return "containers[" + std::to_string(index) + "]"; }

} // namespace

kith::result<Service> read_service(std::string_view text, std::string_view basename) {
    boost::system::error_code error;
    json::parse_options limits;
    limits.max_depth = 32;
    const json::value all = json::parse({text.data(), text.size()}, error, {}, limits);
    if (error) return strange("it is not JSON (" + error.message() + ")");
    const json::object *service = all.if_object();
    if (service == nullptr) return strange("expected an object");
    const json::value *list = service->if_contains("containers");
    const json::array *containers = list == nullptr ? nullptr : list->if_array();
    if (containers == nullptr) return strange("expected a list at `containers`");

    Service out;
    std::unordered_set<std::string> known; // addresses
    for (std::size_t i = 0; i < containers->size(); ++i) {
        const json::object *one = (*containers)[i].if_object();
        if (one == nullptr) return strange("expected an object at " + place(i));
        const json::value *ips = one->if_contains("ips");
        if (ips == nullptr || ips->is_null() || (ips->is_array() && ips->get_array().empty())) {
            ++out.without_address;
            continue;
        }
        const json::value *first = ips->is_array() ? &ips->get_array().front() : nullptr;
        if (first == nullptr || !first->is_string()) return strange("expected a list of addresses at " + place(i) + ".ips");
        const std::string ip(first->get_string());
        if (!kith::address::parse(ip, 0)) return strange("`" + ip.substr(0, 64) + "` at " + place(i) + ".ips is no address");

        if (!known.insert(ip).second) {
            ++out.doubled;
            continue;
        }
        kith::peer peer{.key = ip, .name = std::string(basename) + "@" + ip, .attributes = {{"ip", ip}}};
        for (const char *attribute : {"name", "uuid", "host_uuid", "state"}) {
            const std::string_view value = text_of(*one, attribute);
            if (!value.empty() && value.size() <= 4096) peer.attributes.push_back({attribute, std::string(value)});
        }
        out.peers.push_back(std::move(peer));
    }
    return out;
}

} // namespace rancher
