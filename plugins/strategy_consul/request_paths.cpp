// SPDX-License-Identifier: MIT
#include "request_paths.hpp"

namespace consul {

namespace {

std::string bare_path(const Listing &listing, const Settings &settings) {
    const std::string service = escaped(settings.service);
    switch (listing.endpoint) {
    case Endpoint::agent: return settings.by_id ? "/v1/agent/service/" + service : "/v1/agent/health/service/name/" + service;
    case Endpoint::catalog: return "/v1/catalog/service/" + service;
    case Endpoint::health: break;
    }
    return "/v1/health/service/" + service;
}

} // namespace

std::string escaped(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'%', hex[byte >> 4U], hex[byte & 15U]};
        }
    }
    return out;
}

std::string path_of(const Listing &listing, const Settings &settings, const BlockingQueryIndex &query_index) {
    std::string out = bare_path(listing, settings);
    char before = '?';
    const auto add = [&](const std::string &parameter) {
        out += before + parameter;
        before = '&';
    };
    if (!listing.datacenter.empty()) add("dc=" + escaped(listing.datacenter));
    if (listing.endpoint == Endpoint::health && listing.passing) add("passing=true");
    if (!settings.filter.empty()) add("filter=" + escaped(settings.filter));
    if (query_index.blocks()) {
        add(query_index.parameter());
        add("wait=" + std::to_string(settings.wait.count()) + "ms");
    }
    return out;
}

std::string describe(const Listing &listing, const Settings &settings) {
    return settings.url + bare_path(listing, settings) +
           (listing.datacenter.empty() ? "" : " in datacenter " + listing.datacenter);
}

} // namespace consul
