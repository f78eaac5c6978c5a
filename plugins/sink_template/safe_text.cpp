// SPDX-License-Identifier: MIT
#include "safe_text.hpp"

#include <kith/peer_host.hpp>

#include <algorithm>
#include <array>

namespace sink_template {

namespace {

constexpr std::string_view hexadecimal_digits = "0123456789abcdef";

constexpr bool alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
constexpr bool decimal(char c) { return c >= '0' && c <= '9'; }

using Bytes = std::array<bool, 256>;

/// Letters, digits and these others.
constexpr Bytes alphanumeric_and(std::string_view others) {
    Bytes out{};
    for (int c = 0; c < 128; ++c) out[static_cast<unsigned>(c)] = alphanumeric(static_cast<char>(c));
    for (const char c : others) out[static_cast<unsigned char>(c)] = true;
    return out;
}
constexpr bool one_of(char c, const Bytes &set) { return set[static_cast<unsigned char>(c)]; }

constexpr Bytes plain = alphanumeric_and("._:@%-");
constexpr Bytes plain_in_json = alphanumeric_and(" ._:@%/+,=-");
constexpr Bytes plain_in_id = alphanumeric_and(".-");

void append_hexadecimal(std::string &out, std::uint32_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i) out += hexadecimal_digits[value >> (4 * static_cast<unsigned>(i)) & 0xfU];
}

std::string unexpected(char c) {
    std::string text = "it contains the byte 0x";
    append_hexadecimal(text, static_cast<unsigned char>(c), 2);
    return text + ", and only letters, digits and . _ : @ % - are allowed here";
}

std::string append_plain(std::string &out, std::string_view value, bool brackets) {
    if (value.empty()) return "it is empty";
    for (const char c : value) {
        if (!one_of(c, plain)) return unexpected(c);
    }
    brackets = brackets && is_ipv6(value);
    if (brackets) out += '[';
    out += value;
    if (brackets) out += ']';
    return {};
}

// Of a text that the host has checked to be UTF-8; other bytes become U+FFFD.
std::uint32_t next_code_point(std::string_view &text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first >> 5U == 6 ? 2 : first >> 4U == 14 ? 3 : first >> 3U == 30 ? 4 : 0;
    if (size == 0 || size > text.size()) {
        text.remove_prefix(1);
        return 0xfffd;
    }
    std::uint32_t out = size == 1 ? first : first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) out = out << 6U | (byte(i) & 0x3fU);
    text.remove_prefix(size);
    return out;
}

void append_json(std::string &out, std::string_view value) {
    const auto escaped = [&](std::uint32_t unit) {
        out += "\\u";
        append_hexadecimal(out, unit, 4);
    };
    out += '"';
    while (!value.empty()) {
        const auto *const end = std::find_if_not(value.begin(), value.end(), [](char c) { return one_of(c, plain_in_json); });
        const auto size = static_cast<std::size_t>(end - value.begin());
        out.append(value, 0, size);
        value.remove_prefix(size);
        if (value.empty()) break;
        const std::uint32_t point = next_code_point(value);
        if (point > 0xffff) {
            escaped(0xd800 + ((point - 0x10000) >> 10U & 0x3ffU));
            escaped(0xdc00 + ((point - 0x10000) & 0x3ffU));
        } else {
            escaped(point);
        }
    }
    out += '"';
}

void append_id(std::string &out, std::string_view value) {
    for (const char c : value) {
        if (one_of(c, plain_in_id)) {
            out += c;
        } else {
            out += '_';
            append_hexadecimal(out, static_cast<unsigned char>(c), 2);
        }
    }
}

bool is_ipv4(std::string_view value) { return kith::host_detail::ipv4(value).has_value(); }

/// Of one that is the address of no machine.
std::string fault_of_address(std::string_view value) {
    const kith::host_fault fault = kith::fault_of_host(value);
    return fault == kith::host_fault::none ? std::string() : std::string(kith::text_of(fault));
}

} // namespace

bool is_ipv6(std::string_view value) {
    const auto zone = value.find('%');
    if (zone != std::string_view::npos && zone + 1 == value.size()) return false;
    const std::string_view address = value.substr(0, zone);
    return address.find(':') != std::string_view::npos && kith::host_detail::ipv6(address).has_value();
}

std::string append(std::string &out, std::string_view value, Form form) {
    switch (form) {
    case Form::plain: return append_plain(out, value, true);
    case Form::bare: return append_plain(out, value, false);
    case Form::json: append_json(out, value); return {};
    case Form::id:
        if (value.empty()) return "it is empty";
        append_id(out, value);
        return {};
    }
    return "its form is unknown";
}

std::string not_an_address(std::string_view value) {
    if (value.empty()) return "it is empty";
    if (value.find('%') != std::string_view::npos || (!is_ipv4(value) && !is_ipv6(value))) return "it is not an IP address";
    return fault_of_address(value);
}

std::string not_a_host(std::string_view value) {
    if (is_ipv4(value)) return fault_of_address(value);
    if (is_ipv6(value)) return not_an_address(value);
    if (value.empty()) return "it is empty";
    if (value.size() > 253) return "it is longer than 253 bytes, so it is no host name";
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = std::min(value.find('.', begin), value.size());
        const std::string_view label = value.substr(begin, end - begin);
        const bool good = !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
                          std::all_of(label.begin(), label.end(), [](char c) { return alphanumeric(c) || c == '-'; });
        if (!good) return "it is neither an IP address nor a host name";
        if (end == value.size()) {
            const bool numeric = std::all_of(label.begin(), label.end(), decimal); // 10.0.0.999
            return numeric ? "it is neither an IP address nor a host name" : std::string();
        }
        begin = end + 1;
    }
}

std::string not_a_port(std::string_view value) {
    const bool digits =
        !value.empty() && value.size() <= 5 && value.front() != '0' && std::all_of(value.begin(), value.end(), decimal);
    std::uint32_t number = 0;
    if (digits) {
        for (const char c : value) number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return number >= 1 && number <= 65'535 ? std::string() : "it is not a port from 1 to 65535";
}

} // namespace sink_template
