// SPDX-License-Identifier: MIT
#include <core/config/key_path.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace kith::core {
namespace {

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

} // namespace

KeyPath KeyPath::operator/(std::string_view key) const {
    const bool bare = !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), is_key_character);
    std::string text = text_;
    if (!text.empty()) text += '.';
    text += bare ? std::string(key) : in_quotes(key);
    return KeyPath(std::move(text));
}

KeyPath KeyPath::operator/(std::size_t index) const { return KeyPath(text_ + '[' + std::to_string(index) + ']'); }

std::string in_quotes(std::string_view text) {
    constexpr std::size_t limit = 60;
    std::string_view head = text;
    if (text.size() > limit) {
        std::size_t end = limit;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        head = text.substr(0, end);
    }
    std::string out = boost::json::serialize(boost::json::string_view(head.data(), head.size()));
    if (head.size() < text.size()) out.insert(out.size() - 1, "...");
    return out;
}

} // namespace kith::core
