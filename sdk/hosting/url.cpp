// SPDX-License-Identifier: MIT
#include <kith/hosting/url.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace kith {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Whether the text is a host name for resolvers and certificates, or an IPv4 address.
bool is_name(std::string_view host) {
    if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-') return false;
    const bool letters =
        std::all_of(host.begin(), host.end(), [](char c) { return alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
    if (!letters || host.find("..") != std::string_view::npos) return false;
    const bool digits = std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    in_addr ignored{};
    return !digits || ::inet_pton(AF_INET, std::string(host).c_str(), &ignored) == 1;
}

bool is_v6(std::string_view host) {
    in6_addr ignored{};
    return host.find(':') != std::string_view::npos && ::inet_pton(AF_INET6, std::string(host).c_str(), &ignored) == 1;
}

bool read_port(std::string_view text, std::uint16_t &port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

std::optional<Url> read(std::string_view text, std::string &fault) {
    const auto refuse = [&fault](std::string reason) {
        fault = std::move(reason);
        return std::nullopt;
    };
    if (text.size() > 8192) return refuse("it has " + std::to_string(text.size()) + " bytes, more than 8192");
    const auto strange = std::find_if(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; });
    if (strange != text.end()) {
        return refuse("byte " + std::to_string(strange - text.begin()) +
                      " is a space, a control character or not ASCII (write %XX)");
    }
    Url url;
    const auto colon = text.find("://");
    std::string scheme(text.substr(0, colon == std::string_view::npos ? 0 : colon));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), lower);
    if (scheme != "http" && scheme != "https") return refuse("it does not begin with http:// or https://");
    url.secure = scheme == "https";
    text.remove_prefix(scheme.size() + 3);

    const auto end = std::min(text.find_first_of("/?#"), text.size());
    std::string_view authority = text.substr(0, end);
    const std::string_view rest = text.substr(end);
    if (authority.find('@') != std::string_view::npos) return refuse("it has a user (credentials belong into a header)");
    if (rest.find('#') != std::string_view::npos) return refuse("it has a fragment (#...), which no server gets");

    std::string_view host = authority, port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return refuse("its [ has no ]");
        host = authority.substr(1, close - 1);
        const auto after = authority.substr(close + 1);
        has_port = !after.empty();
        if (has_port && after.front() != ':') return refuse("after ] a port is expected, or nothing");
        port = has_port ? after.substr(1) : after;
    } else if (const auto at = authority.find(':'); at != std::string_view::npos) {
        host = authority.substr(0, at);
        port = authority.substr(at + 1);
        has_port = true;
    }
    url.host.assign(host);
    std::transform(url.host.begin(), url.host.end(), url.host.begin(), lower);
    if (authority.starts_with('[') ? !is_v6(url.host) : !is_name(url.host)) {
        return refuse("`" + std::string(host) + "` is no host name, IPv4 address or [IPv6 address]");
    }
    url.port = url.secure ? 443 : 80;
    if (has_port && !read_port(port, url.port)) return refuse("its port is not a number from 1 to 65535");
    url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
    return url;
}

} // namespace

std::optional<Url> Url::parse(std::string_view text, std::string &why) {
    std::string fault;
    auto url = read(text, fault);
    if (!url) why = "not a URL that can be asked: " + fault + "; expected such as https://registry.example:8443/peers?of=app";
    return url;
}

std::string Url::fault_of(std::string_view text) {
    std::string fault;
    read(text, fault);
    return fault;
}

std::string Url::authority() const {
    std::string out = numeric_v6() ? "[" + host + "]" : host;
    if (port != (secure ? 443 : 80)) out += ":" + std::to_string(port);
    return out;
}

std::string Url::origin() const {
    const std::string name = numeric_v6() ? "[" + host + "]" : host;
    return (secure ? "https://" : "http://") + name + ":" + std::to_string(port);
}

std::string_view Url::path() const noexcept { return std::string_view(target).substr(0, target.find('?')); }

bool Url::loopback() const noexcept {
    if (host == "localhost" || host == "localhost.") return true;
    in_addr four{};
    if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
    in6_addr six{};
    return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

} // namespace kith
