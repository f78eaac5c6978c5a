// SPDX-License-Identifier: MIT
#include "origin.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

namespace kith::app {

namespace {

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool same_word(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

bool host_allowed(std::string_view host, std::span<const std::string> names) {
    if (host.size() > 260) return false; // the longest name, and a port
    in6_addr address{};
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        if (end == std::string_view::npos) return false;
        const std::string_view rest = host.substr(end + 1);
        if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return false;
        return ::inet_pton(AF_INET6, std::string(host.substr(1, end - 1)).c_str(), &address) == 1;
    }
    if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
        if (!is_port(host.substr(colon + 1))) return false;
        host = host.substr(0, colon);
    }
    if (std::any_of(names.begin(), names.end(), [&](const std::string &name) { return same_word(host, name); })) return true;
    return same_word(host, "localhost") || ::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

bool own_origin(std::string_view origin, std::string_view host) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme)) return same_word(origin.substr(scheme.size()), host);
    }
    return false;
}

} // namespace kith::app
