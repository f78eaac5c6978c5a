// SPDX-License-Identifier: MIT
#include "target.hpp"

#include <kith/hosting/utf8.hpp>

#include <algorithm>

namespace kith::app {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_text(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x20 || text[at] == 0x7f) return false;
        const std::size_t size = utf8_size(text, at);
        if (size == 0) return false;
        at += size;
    }
    return true;
}

bool decode(std::string_view text, bool plus_is_space, std::string &out) {
    out.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%') {
            if (text.size() - at < 3) return false;
            const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
            if (high < 0 || low < 0) return false;
            out += static_cast<char>(high * 16 + low);
            at += 2;
        } else {
            out += plus_is_space && text[at] == '+' ? ' ' : text[at];
        }
    }
    return is_text(out);
}

} // namespace

const std::string *Target::find(std::string_view name) const {
    const auto found = std::find_if(query.begin(), query.end(), [&](const auto &one) { return one.first == name; });
    return found == query.end() ? nullptr : &found->second;
}

std::optional<Target> parse_target(std::string_view text, std::string &why) {
    constexpr const char *encoding = "the target holds what is no text in percent-encoded UTF-8, or control characters";
    if (text.size() > target_limit) return why = "the target has more than 8192 bytes", std::nullopt;
    if (!text.starts_with('/')) return why = "the target is no path; it begins with /", std::nullopt;
    text = text.substr(0, text.find('#'));
    const std::size_t mark = text.find('?');
    std::string_view path = text.substr(1, mark == std::string_view::npos ? mark : mark - 1);
    Target target;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (target.path.size() == target_parts) return why = "the path has more than 16 parts", std::nullopt;
        if (!decode(path.substr(0, end), false, target.path.emplace_back())) return why = encoding, std::nullopt;
        if (end + 1 == path.size()) target.path.emplace_back(); // a slash at the end is a part without a name
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    if (mark == std::string_view::npos) return target;
    std::string_view query = text.substr(mark + 1);
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        std::pair<std::string, std::string> one;
        if (!decode(pair.substr(0, equals), true, one.first) ||
            !decode(pair.substr(std::min(equals + 1, pair.size())), true, one.second))
            return why = encoding, std::nullopt;
        if (target.find(one.first) != nullptr)
            return why = "the parameter `" + one.first + "` is there twice; give it once", std::nullopt;
        if (target.query.size() == target_parts) return why = "the query has more than 16 parameters", std::nullopt;
        target.query.push_back(std::move(one));
    }
    return target;
}

} // namespace kith::app
