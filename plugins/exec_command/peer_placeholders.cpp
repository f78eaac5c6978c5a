// SPDX-License-Identifier: MIT
#include "peer_placeholders.hpp"

#include <algorithm>

namespace exec {

namespace {

bool of_a_name(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
           c == '/';
}

bool has_zero(std::string_view text) noexcept { return text.find('\0') != std::string_view::npos; }

const std::string *value_of(const kith::peer &peer, std::string_view name) noexcept {
    if (name == "name") return &peer.name;
    if (name == "key") return &peer.key;
    const auto found = std::ranges::find(peer.attributes, name, &kith::attribute::name);
    return found == peer.attributes.end() ? nullptr : &found->value;
}

kith::result<std::string> filled(std::string_view text, const kith::peer &peer) {
    std::string out;
    while (!text.empty()) {
        const auto open = std::min(text.find('{'), text.size());
        out += text.substr(0, open);
        text.remove_prefix(open);
        const auto close = text.find('}');
        if (close == std::string_view::npos) return out += text;
        const auto name = text.substr(1, close - 1);
        if (name.empty() || !std::ranges::all_of(name, of_a_name)) { // an ordinary brace
            out += '{';
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(close + 1);
        const std::string *value = value_of(peer, name);
        if (value == nullptr) {
            return kith::error(KITH_INVALID, "the peer " + peer.name + " has no attribute `" + std::string(name) +
                                                 "`, which the command refers to");
        }
        if (has_zero(*value)) return kith::error(KITH_INVALID, "`" + std::string(name) + "` of a peer contains a zero byte");
        if (out.empty() && value->starts_with('-')) {
            return kith::error(
                KITH_DENIED,
                "`" + *value +
                    "` begins with `-`, so at the beginning of an argument it would be read as an option; write text before {" +
                    std::string(name) + "}, such as --peer={" + std::string(name) + "}");
        }
        out += *value;
    }
    return out;
}

} // namespace

std::string variable(std::string_view attribute) {
    std::string out;
    for (const char c : attribute) {
        if (c >= 'a' && c <= 'z') {
            out += static_cast<char>(c - 'a' + 'A');
        } else {
            out += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
        }
    }
    return out;
}

kith::result<kith::program> fill_placeholders(const kith::program &command, std::string_view node, const kith::peer &peer) {
    kith::program out = command;
    for (auto &argument : out.arguments) {
        auto text = filled(argument, peer);
        if (!text) return std::move(text).error();
        argument = *std::move(text);
    }
    const auto add = [&out](std::string name, std::string_view value) {
        if (!has_zero(value)) out.environment.push_back({std::move(name), std::string(value)});
    };
    add("KITH_NODE", node);
    add("KITH_NAME", peer.name);
    add("KITH_KEY", peer.key);
    for (const auto &one : peer.attributes) add("KITH_ATTRIBUTE_" + variable(one.name), one.value);
    return out;
}

} // namespace exec
