// SPDX-License-Identifier: MIT
#include "peer_key.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>

namespace k8s {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t uid_size = 36;

constexpr bool is_dash(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

constexpr int value_of(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

std::optional<std::array<std::uint8_t, 16>> parse_uid(std::string_view text) {
    if (text.size() != uid_size) return std::nullopt;
    std::array<std::uint8_t, 16> out{};
    std::size_t count = 0;
    for (std::size_t at = 0; at < uid_size; ++at) {
        if (is_dash(at)) {
            if (text[at] != '-') return std::nullopt;
            continue;
        }
        const int value = value_of(text[at]);
        if (value < 0) return std::nullopt;
        out[count / 2] = static_cast<std::uint8_t>(out[count / 2] << 4 | value);
        ++count;
    }
    return out;
}

} // namespace

PeerKey::PeerKey(std::string_view text) {
    if (const auto uid = parse_uid(text))
        value_ = *uid;
    else
        value_ = std::make_shared<const std::string>(text);
}

std::string PeerKey::text() const {
    if (const auto *other = std::get_if<Text>(&value_)) return **other;
    std::string out;
    out.reserve(uid_size);
    for (const std::uint8_t byte : *std::get_if<Uid>(&value_)) {
        if (is_dash(out.size())) out += '-';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::size_t PeerKey::hash() const noexcept {
    if (const auto *other = std::get_if<Text>(&value_)) return std::hash<std::string_view>()(**other);
    const auto &uid = *std::get_if<Uid>(&value_);
    return std::hash<std::string_view>()({reinterpret_cast<const char *>(uid.data()), uid.size()});
}

bool operator==(const PeerKey &a, const PeerKey &b) noexcept {
    if (a.value_.index() != b.value_.index()) return false;
    const auto *text = std::get_if<PeerKey::Text>(&a.value_);
    return text == nullptr ? std::get<PeerKey::Uid>(a.value_) == std::get<PeerKey::Uid>(b.value_)
                           : **text == **std::get_if<PeerKey::Text>(&b.value_);
}

} // namespace k8s
