// SPDX-License-Identifier: MIT
//
// Valid names of BEAM nodes. Erlang's rule (net_kernel): before the @ ASCII letters, digits, _ and -; after it characters from !
// to U+00FF; at most 255 characters in all, because a name is an atom.
//
// The host uses it to check options with the keyword `x-kith-node-name` in their schema (ABI.md); a plugin uses it for names that come from
// elsewhere, such as the environment.
#pragma once

#include "peer_host.hpp"

#include <optional>
#include <string_view>

namespace kith {

/// Which part of a node's name a text is.
enum class node_name_form : std::uint8_t {
    full,   ///< `name@host`
    part,   ///< the part before the @
    either, ///< one of both
    peer,   ///< `name@host`, and at this host a peer can be reached (peer_host.hpp)
    any     ///< a name that need not be of a BEAM node; if it contains an @, neither side of it is empty
};

/// The rule, for messages.
constexpr std::string_view rule_of(node_name_form form) noexcept {
    switch (form) {
    case node_name_form::full:
    case node_name_form::peer:
        return "a node's name, name@host, such as app@10.0.0.7 (before the @ letters a to z, digits, _ and -; behind it no "
               "blank; at most "
               "255 characters)";
    case node_name_form::part:
        return "the part of a node's name before the @, such as app (letters a to z, digits, _ and -; at most 255 characters)";
    case node_name_form::either:
        return "a node's name, such as app@10.0.0.7, or its part before the @ (letters a to z, digits, _ and -; behind the @ "
               "no blank; at "
               "most 255 characters)";
    case node_name_form::any: break;
    }
    return "a name without blanks, such as app@10.0.0.7";
}

/// The form for a value of `x-kith-node-name`.
constexpr std::optional<node_name_form> node_name_form_of(std::string_view word) noexcept {
    if (word == "full") return node_name_form::full;
    if (word == "part") return node_name_form::part;
    if (word == "either") return node_name_form::either;
    if (word == "peer") return node_name_form::peer;
    if (word == "any") return node_name_form::any;
    return std::nullopt;
}

namespace name_detail {

/// The number of characters; nothing when it is no UTF-8 of characters up to U+00FF without blanks and control characters.
constexpr std::size_t latin1_length(std::string_view text) noexcept {
    std::size_t out = 0;
    for (std::size_t i = 0; i < text.size(); ++i, ++out) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte > 0x20 && byte < 0x7f) continue;
        // U+00A1 to U+00FF are C2 A1 to C3 BF.
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool good = (byte == 0xc2 && next > 0xa0 && next < 0xc0) || (byte == 0xc3 && next >= 0x80 && next < 0xc0);
        if (!good) return std::string_view::npos;
        ++i;
    }
    return out;
}

constexpr std::string_view fault_of_part(std::string_view part) noexcept {
    for (const char c : part) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (good) continue;
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return "before the @ stands a blank or a control character";
        return "before the @ stands a character that no node's name has there";
    }
    return {};
}

constexpr std::string_view fault_of_peer(std::string_view host) noexcept {
    switch (fault_of_host(host)) {
    case host_fault::unspecified: return "behind the @ stands 0.0.0.0 or ::, at which no other machine can be reached";
    case host_fault::multicast: return "behind the @ stands the address of a multicast group";
    case host_fault::broadcast: return "behind the @ stands the broadcast address";
    case host_fault::brackets: return "behind the @ stands an address in brackets";
    case host_fault::port: return "behind the @ stands a port, or an IPv6 address that is none";
    case host_fault::other: return "behind the @ stands a slash";
    default: return {};
    }
}

constexpr std::string_view fault_of_any(std::string_view text) noexcept {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return "it has a blank or a control character in it";
    }
    return text.ends_with('@') ? "nothing stands behind the @" : std::string_view();
}

} // namespace name_detail

/// Empty if the name is valid. Else its fault, without the text itself, so that it can be reported for a secret. Static.
constexpr std::string_view fault_of_node_name(std::string_view text, node_name_form form) noexcept {
    if (text.empty()) return "it is empty";
    if (text.find("$(") != std::string_view::npos)
        return "$(...) stands in it as it is: kith replaces ${NAME}, and Kubernetes replaces $(NAME) in `command`, `args` and "
               "`env` "
               "only, when NAME is defined before";
    if (text.find("${") != std::string_view::npos) return "${...} stands in it as it is, and nobody has replaced it";
    const std::size_t at = text.find('@');
    if (at == 0) return "nothing stands before the @";
    if (form == node_name_form::any) return name_detail::fault_of_any(text);
    if (const auto fault = name_detail::fault_of_part(text.substr(0, at)); !fault.empty()) return fault;
    if (at == std::string_view::npos) {
        if (form == node_name_form::full || form == node_name_form::peer) return "it has no @";
        return text.size() > 255 ? "it has more than 255 characters" : std::string_view();
    }
    if (form == node_name_form::part) return "it has an @";
    const std::string_view host = text.substr(at + 1);
    if (host.empty()) return "nothing stands behind the @";
    if (host.find('@') != std::string_view::npos) return "it has more than one @";
    const std::size_t length = name_detail::latin1_length(host);
    if (length == std::string_view::npos)
        return "behind the @ stands a blank, a control character or a character beyond U+00FF";
    if (at + 1 + length > 255) return "it has more than 255 characters";
    return form == node_name_form::peer ? name_detail::fault_of_peer(host) : std::string_view();
}

} // namespace kith
