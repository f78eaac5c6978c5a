// SPDX-License-Identifier: MIT
#include "registration_requests.hpp"

#include "request_paths.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace consul {

namespace {

std::string duration(std::chrono::milliseconds span) { return std::to_string(span.count()) + "ms"; }

} // namespace

std::optional<Entry> entry_of(const Registration &registration, std::string_view service, std::string_view node) {
    Entry out{registration.id, registration.address};
    const auto at = node.find('@');
    if (at == std::string_view::npos) return {}; // the node's name is not known
    if (out.address.empty()) out.address = node.substr(at + 1);
    if (out.id.empty()) out.id.append(service).append("-").append(out.address);
    return out;
}

std::string registration_body(const Registration &registration, const Entry &entry, std::string_view service) {
    namespace json = boost::json;
    json::array tags;
    for (const auto &tag : registration.tags) tags.emplace_back(tag);
    json::object body{{"ID", entry.id},
                      {"Name", json::string(service.data(), service.size())},
                      {"Address", entry.address},
                      {"Tags", std::move(tags)},
                      {"Check",
                       {{"CheckID", "service:" + entry.id},
                        {"Name", "kith knows the node"},
                        {"TTL", duration(registration.ttl)},
                        {"Status", "passing"},
                        {"DeregisterCriticalServiceAfter", duration(registration.deregister_after)}}}};
    if (registration.port != 0) body["Port"] = registration.port;
    return json::serialize(body);
}

std::string pass_path(const Entry &entry) { return "/v1/agent/check/pass/" + escaped("service:" + entry.id); }
std::string deregistration_path(const Entry &entry) { return "/v1/agent/service/deregister/" + escaped(entry.id); }

} // namespace consul
