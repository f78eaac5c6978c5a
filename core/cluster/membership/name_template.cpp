// SPDX-License-Identifier: MIT
#include <core/cluster/membership/name_template.hpp>

#include <algorithm>

namespace kith::core {

NameTemplate::NameTemplate(std::string_view text) { parse(text, pieces_); }

std::string NameTemplate::error(std::string_view text) {
    std::vector<Piece> pieces;
    return parse(text, pieces);
}

std::string NameTemplate::parse(std::string_view text, std::vector<Piece> &pieces) {
    const auto literal = [&](std::string_view more) {
        if (pieces.empty() || !pieces.back().literal) pieces.push_back({{}, true});
        pieces.back().text += more;
    };
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const std::string at = " at byte " + std::to_string(i + 1);
        if ((c == '{' || c == '}') && text.substr(i + 1, 1) == text.substr(i, 1)) {
            literal(text.substr(i, 1));
            i += 2;
        } else if (c == '}') {
            return "the }" + at + " closes nothing; write }} for the character itself";
        } else if (c == '{') {
            const std::size_t end = text.find_first_of("{}", i + 1);
            if (end == std::string_view::npos || text[end] != '}')
                return "the {" + at + " has no }; expected {attribute}, or {{ for the character itself";
            if (end == i + 1) return "the {}" + at + " names nothing; expected the name of an attribute, key or name";
            pieces.push_back({std::string{text.substr(i + 1, end - i - 1)}, false});
            i = end + 1;
        } else {
            const std::size_t end = std::min(text.find_first_of("{}", i), text.size());
            literal(text.substr(i, end - i));
            i = end;
        }
    }
    const bool varies = std::any_of(pieces.begin(), pieces.end(), [](const Piece &piece) { return !piece.literal; });
    if (!pieces.empty() && !varies)
        return "the template contains no {attribute}: every peer would get the same name; expected something such as app@{ip}";
    return {};
}

std::string NameTemplate::name(const PeerView &peer, std::string &out) const {
    out.clear();
    if (pieces_.empty()) {
        if (peer.name.empty()) return "the strategy gives it no name and policy.name is not set";
        out = peer.name;
        return {};
    }
    for (const auto &piece : pieces_) {
        if (piece.literal) {
            out += piece.text;
            continue;
        }
        std::string_view value;
        if (piece.text == "key") {
            value = peer.key;
        } else if (piece.text == "name") {
            value = peer.name;
        } else {
            const auto found = std::find_if(peer.attributes.begin(), peer.attributes.end(),
                                            [&](const AttributeView &attribute) { return attribute.name == piece.text; });
            if (found == peer.attributes.end()) return "it has no attribute \"" + piece.text + "\", which policy.name asks for";
            value = found->value;
        }
        if (value.empty()) return "its \"" + piece.text + "\", which policy.name asks for, is empty";
        out += value;
        if (out.size() > max_name) return "the name that policy.name makes is longer than 1024 bytes";
    }
    if (out.size() > max_name) return "the name that policy.name makes is longer than 1024 bytes";
    return {};
}

} // namespace kith::core
