// SPDX-License-Identifier: MIT
//
// kith::address: an IPv4 or IPv6 address with its port, as kith.udp/1 has it.
#pragma once

#include "result.hpp"
#include "service/udp.h"

#include <arpa/inet.h>
#include <compare>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

class address {
  public:
    address() = default;
    explicit address(const kith_address &raw) noexcept : raw_(raw) {}

    /// text: numeric, such as 10.0.0.7 or ff02::77, without a zone. Empty if it is not such an address.
    static std::optional<address> parse(std::string_view text, std::uint16_t port) {
        const std::string terminated(text);
        address out;
        out.raw_.port = port;
        if (inet_pton(AF_INET, terminated.c_str(), out.raw_.bytes) == 1) {
            out.raw_.family = KITH_ADDRESS_IPV4;
        } else if (inet_pton(AF_INET6, terminated.c_str(), out.raw_.bytes) == 1) {
            out.raw_.family = KITH_ADDRESS_IPV6;
        } else {
            return std::nullopt;
        }
        return terminated.size() == text.size() ? std::optional(out) : std::nullopt;
    }

    [[nodiscard]] const kith_address &raw() const noexcept { return raw_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return raw_.port; }
    [[nodiscard]] bool is_ipv6() const noexcept { return raw_.family == KITH_ADDRESS_IPV6; }

    /// 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291).
    [[nodiscard]] bool is_group() const noexcept { return is_ipv6() ? raw_.bytes[0] == 0xff : (raw_.bytes[0] & 0xf0U) == 0xe0; }

    /// The address alone.
    [[nodiscard]] std::string host() const {
        char text[INET6_ADDRSTRLEN]{};
        inet_ntop(is_ipv6() ? AF_INET6 : AF_INET, raw_.bytes, text, sizeof text);
        return text;
    }
    /// As text: 10.0.0.7:4369, [fd00::7]:4369.
    [[nodiscard]] std::string text() const {
        const auto number = std::to_string(raw_.port);
        return is_ipv6() ? "[" + host() + "]:" + number : host() + ":" + number;
    }

    friend bool operator==(const address &a, const address &b) noexcept { return std::is_eq(a <=> b); }
    friend std::strong_ordering operator<=>(const address &a, const address &b) noexcept {
        if (const auto by = a.raw_.family <=> b.raw_.family; std::is_neq(by)) return by;
        if (const auto by = std::memcmp(a.raw_.bytes, b.raw_.bytes, sizeof a.raw_.bytes) <=> 0; std::is_neq(by)) return by;
        if (const auto by = a.raw_.scope <=> b.raw_.scope; std::is_neq(by)) return by;
        return a.raw_.port <=> b.raw_.port;
    }

  private:
    kith_address raw_{};
};

} // namespace kith
