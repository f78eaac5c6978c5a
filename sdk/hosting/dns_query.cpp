// SPDX-License-Identifier: MIT
#include <kith/hosting/dns_query.hpp>

#include <kith/address.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace kith {

namespace {

constexpr std::uint64_t usual_timeout = 10'000'000'000;
constexpr std::size_t max_label = 63;

bool blank(char c) noexcept { return c == ' ' || c == '\t' || c == ','; }

bool read_servers(std::string_view text, std::vector<DnsServer> &out, std::string &why) {
    while (!text.empty()) {
        const auto first = std::ranges::find_if_not(text, blank);
        const auto last = std::find_if(first, text.end(), blank);
        const std::string_view word(first, last);
        text = std::string_view(last, text.end());
        if (word.empty()) break;
        auto server = read_dns_server(word);
        if (!server) {
            why = "`" + std::string(word) + "` of `servers`: expected a numeric address, such as 10.96.0.10 or [fd00::a]:5353";
            return false;
        }
        out.push_back(std::move(*server));
    }
    if (out.size() > KITH_DNS_MAX_SERVERS) why = "`servers`: at most 8 are expected";
    return out.size() <= KITH_DNS_MAX_SERVERS;
}

} // namespace

std::string DnsServer::text() const {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::optional<DnsServer> read_dns_server(std::string_view text) {
    DnsServer out;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        port = text.substr(end + 1);
        text = text.substr(1, end - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        port = text.substr(text.find(':'));
        text = text.substr(0, text.find(':'));
    }
    if (!port.empty()) {
        const auto *end = port.data() + port.size();
        const auto [at, error] = std::from_chars(port.data() + 1, end, out.port);
        if (port.front() != ':' || error != std::errc() || at != end || out.port == 0) return std::nullopt;
    }
    // A link-local address has its interface after a %, which is checked by the socket.
    if (!address::parse(text.substr(0, text.find('%')), out.port)) return std::nullopt;
    out.address = text;
    return out;
}

std::string_view dns_type_text(std::uint32_t type) noexcept {
    switch (type) {
    case KITH_DNS_A: return "A";
    case KITH_DNS_AAAA: return "AAAA";
    case KITH_DNS_SRV: return "SRV";
    case KITH_DNS_TXT: return "TXT";
    default: return {};
    }
}

std::string DnsQuery::what() const { return std::string(dns_type_text(type)) + " of " + name; }

bool is_dns_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > KITH_DNS_MAX_NAME) return false;
    for (std::size_t at = 0; at <= name.size();) {
        const auto dot = std::min(name.find('.', at), name.size());
        const auto label = name.substr(at, dot - at);
        if (label.empty() || label.size() > max_label) return false;
        const auto odd = [](unsigned char c) { return c <= ' ' || c == '\\' || c >= 0x7f; };
        if (std::ranges::any_of(label, odd)) return false;
        at = dot + 1;
    }
    return true;
}

std::string lower_dns_name(std::string_view name) {
    std::string out(name);
    for (char &c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return out;
}

std::int32_t read_query(const kith_dns_query *given, DnsQuery &out, std::string &why) {
    const auto refuse = [&why](std::string text) {
        why = std::move(text);
        return KITH_INVALID;
    };
    if (given == nullptr) return refuse("a kith_dns_query is expected");
    kith_dns_query raw{};
    std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
    if (dns_type_text(raw.type).empty())
        return refuse("type " + std::to_string(raw.type) + ": expected 1 (A), 16 (TXT), 28 (AAAA) or 33 (SRV)");
    out.type = raw.type;
    out.search = (raw.flags & KITH_DNS_SEARCH) != 0;
    out.timeout = raw.timeout == 0 ? usual_timeout : raw.timeout;
    if (raw.name.size != 0) out.name.assign(raw.name.data, raw.name.size);
    if (out.name.ends_with('.')) {
        out.complete = true;
        out.name.pop_back();
    }
    if (!is_dns_name(out.name)) {
        return refuse("`" + out.name.substr(0, KITH_DNS_MAX_NAME) +
                      "`: expected a name of at most 253 bytes, of labels of 1 to 63, in ASCII");
    }
    return read_servers(raw.servers.size == 0 ? std::string_view{} : std::string_view{raw.servers.data, raw.servers.size},
                        out.servers, why)
               ? KITH_OK
               : KITH_INVALID;
}

std::vector<std::string> dns_candidates(const DnsQuery &query, const std::vector<std::string> &domains, unsigned ndots) {
    if (query.complete || !query.search) return {query.name};
    std::vector<std::string> out;
    const bool first = static_cast<unsigned>(std::ranges::count(query.name, '.')) >= ndots;
    if (first) out.push_back(query.name);
    for (const auto &domain : domains) {
        auto name = query.name + '.' + domain;
        if (is_dns_name(name)) out.push_back(std::move(name));
    }
    if (!first) out.push_back(query.name);
    return out;
}

std::string why_not_query(TenantRights *rights, const DnsQuery &query) {
    if (rights == nullptr) return {};
    for (const DnsServer &server : query.servers) {
        const std::string_view numeric = std::string_view(server.address).substr(0, server.address.find('%'));
        const auto to = address::parse(numeric, server.port).value_or(address());
        if (std::string why = rights->why_not_reach(TenantRights::Transport::udp, to.raw()); !why.empty()) return why;
    }
    return {};
}

} // namespace kith
