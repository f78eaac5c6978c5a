// SPDX-License-Identifier: MIT
//
// Unusable hosts: texts that a source returned as a peer's address, at which no peer can be reached. For strategies; no kith host is
// needed, and nothing is resolved.
//
//     kith::host_faults unusable;
//     for (const auto &one : answer)
//         if (unusable.admit(one.address)) peers.push_back(...);
//     unusable.report([&](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kith {

/// Why a text cannot be the host of a peer.
enum class host_fault : std::uint8_t {
    none,
    empty,
    unspecified, ///< 0.0.0.0 or ::
    multicast,
    broadcast,
    blank,    ///< a blank or a control character in it
    brackets, ///< [fd00::1]
    port,     ///< 10.0.0.9:4369, or a colon in a text that is not an IPv6 address
    other     ///< @ or / in it, or longer than 255 bytes
};
inline constexpr std::size_t host_fault_count = 9;

/// A sentence for operators. Static.
constexpr std::string_view text_of(host_fault fault) noexcept {
    switch (fault) {
    case host_fault::none: return "there is no fault";
    case host_fault::empty: return "its address is empty";
    case host_fault::unspecified: return "its address is 0.0.0.0 or ::, at which no other machine can be reached";
    case host_fault::multicast: return "its address is a multicast group's";
    case host_fault::broadcast: return "its address is the broadcast address";
    case host_fault::blank: return "its address contains a blank or a control character";
    case host_fault::brackets: return "its address is in brackets; expected the address alone";
    case host_fault::port: return "its address contains a port, or is no IPv6 address; expected the address alone";
    case host_fault::other: return "its address cannot stand in a node's name";
    }
    return "";
}

namespace host_detail {

/// The 32 bits of a.b.c.d.
constexpr std::optional<std::uint32_t> ipv4(std::string_view text) noexcept {
    std::uint32_t out = 0;
    for (int part = 0; part < 4; ++part) {
        if (part != 0) {
            if (text.empty() || text.front() != '.') return std::nullopt;
            text.remove_prefix(1);
        }
        std::uint32_t value = 0;
        std::size_t digits = 0;
        while (digits < text.size() && digits < 3 && text[digits] >= '0' && text[digits] <= '9')
            value = value * 10 + static_cast<std::uint32_t>(text[digits++] - '0');
        if (digits == 0 || value > 255) return std::nullopt;
        text.remove_prefix(digits);
        out = out << 8U | value;
    }
    return text.empty() ? std::optional(out) : std::nullopt;
}

/// One group of an IPv6 address.
constexpr std::optional<std::uint32_t> hexadecimal(std::string_view text) noexcept {
    if (text.empty() || text.size() > 4) return std::nullopt;
    std::uint32_t out = 0;
    for (const char c : text) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return std::nullopt;
        out = out << 4U | static_cast<std::uint32_t>(digit);
    }
    return out;
}

using groups = std::array<std::uint32_t, 8>; // 16 bits each

/// RFC 4291, 2.2, without a zone.
constexpr std::optional<groups> ipv6(std::string_view text) noexcept {
    groups out{};
    std::size_t count = 0, gap = out.size() + 1; // gap: the group before which :: stands
    if (text.starts_with("::")) {
        gap = 0;
        text.remove_prefix(2);
    }
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(':'), text.size());
        const std::string_view part = text.substr(0, end);
        if (part.find('.') != std::string_view::npos) { // the last 32 bits, as IPv4 writes them
            const auto last = ipv4(part);
            if (!last || end != text.size() || count + 2 > out.size()) return std::nullopt;
            out[count++] = *last >> 16U;
            out[count++] = *last & 0xffffU;
            break;
        }
        const auto group = hexadecimal(part);
        if (!group || count == out.size()) return std::nullopt;
        out[count++] = *group;
        text.remove_prefix(end);
        if (text.empty()) break;
        if (text == ":") return std::nullopt;
        text.remove_prefix(1);
        if (text.front() != ':') continue;
        if (gap <= out.size()) return std::nullopt; // :: twice
        gap = count;
        text.remove_prefix(1);
    }
    if (gap > out.size()) return count == out.size() ? std::optional(out) : std::nullopt;
    if (count == out.size()) return std::nullopt;
    for (std::size_t i = 0; i < count - gap; ++i) {
        out[out.size() - 1 - i] = out[count - 1 - i];
        out[count - 1 - i] = 0;
    }
    return out;
}

constexpr host_fault fault_of_ipv4(std::uint32_t address) noexcept {
    if (address == 0) return host_fault::unspecified;
    if (address == 0xffffffffU) return host_fault::broadcast;
    return address >> 28U == 0xe ? host_fault::multicast : host_fault::none; // RFC 5771
}

constexpr host_fault fault_of_ipv6(const groups &address) noexcept {
    const bool v4 = std::all_of(address.begin(), address.begin() + 5, [](std::uint32_t group) { return group == 0; }) &&
                    (address[5] == 0xffff || (address[5] == 0 && address[6] == 0 && address[7] == 0));
    if (v4) return fault_of_ipv4(address[6] << 16U | address[7]);               // ::, and ::ffff:a.b.c.d
    return address[0] >> 8U == 0xff ? host_fault::multicast : host_fault::none; // RFC 4291, 2.7
}

} // namespace host_detail

/// The fault of a peer's host: a numeric address, with or without a zone, or a host name. A host name is not resolved.
constexpr host_fault fault_of_host(std::string_view host) noexcept {
    using namespace host_detail;
    if (host.empty()) return host_fault::empty;
    if (host.size() > 255) return host_fault::other;
    bool colon = false;
    for (const char c : host) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return host_fault::blank;
        if (c == '@' || c == '/') return host_fault::other;
        colon = colon || c == ':';
    }
    if (host.front() == '[' || host.back() == ']') return host_fault::brackets;
    if (colon) {
        const auto address = ipv6(host.substr(0, host.find('%')));
        return address ? fault_of_ipv6(*address) : host_fault::port;
    }
    if (host.back() < '0' || host.back() > '9') return host_fault::none;
    const auto address = ipv4(host);
    return address ? fault_of_ipv4(*address) : host_fault::none;
}

/// The fault of the part after the @ of a peer's name. A name without @ has no fault: not every connector's peers have a host in their
/// names.
constexpr host_fault fault_of_name(std::string_view name) noexcept {
    const std::size_t at = name.find('@');
    return at == std::string_view::npos ? host_fault::none : fault_of_host(name.substr(at + 1));
}

/// Counts the hosts left out of one query, by fault.
class host_faults {
  public:
    /// False: it has a fault, and was counted.
    constexpr bool admit(std::string_view host) noexcept { return count(fault_of_host(host)); }
    /// The same for the part after the @ of a name.
    constexpr bool admit_name(std::string_view name) noexcept { return count(fault_of_name(name)); }

    [[nodiscard]] constexpr std::uint32_t total() const noexcept {
        std::uint32_t out = 0;
        for (const auto one : counts_) out += one;
        return out;
    }
    /// Calls f(how many, why) for each fault that was counted.
    template <class F>
    constexpr void report(F &&f) const {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            if (counts_[i] != 0) f(counts_[i], text_of(static_cast<host_fault>(i)));
        }
    }

  private:
    constexpr bool count(host_fault fault) noexcept {
        if (fault == host_fault::none) return true;
        ++counts_[static_cast<std::size_t>(fault)];
        return false;
    }

    std::array<std::uint32_t, host_fault_count> counts_{};
};

} // namespace kith
