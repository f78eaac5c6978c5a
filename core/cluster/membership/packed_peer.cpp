// SPDX-License-Identifier: MIT
#include <core/cluster/membership/packed_peer.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace kith::core {

namespace {

std::uint16_t narrow(std::size_t size) {
    if (size > 0xFFFF) throw std::length_error("a text of a peer has more than 65,535 bytes");
    return static_cast<std::uint16_t>(size);
}

} // namespace

PackedPeer::PackedPeer(const PeerView &peer)
    : key_size_(narrow(peer.key.size())),
      name_size_(narrow(peer.name.size())),
      attribute_count_(narrow(peer.attributes.size())) {
    std::size_t bytes = peer.key.size() + peer.name.size() + peer.attributes.size() * 2 * sizeof(Size);
    for (const auto &attribute : peer.attributes) bytes += attribute.name.size() + attribute.value.size();
    memory_ = std::make_unique_for_overwrite<char[]>(std::max<std::size_t>(bytes, 1));
    char *size_at = memory_.get();
    char *text_at = memory_.get() + peer.attributes.size() * 2 * sizeof(Size);
    const auto put_size = [&](std::size_t size) {
        const Size narrowed = narrow(size);
        std::memcpy(size_at, &narrowed, sizeof narrowed);
        size_at += sizeof narrowed;
    };
    const auto put_text = [&](std::string_view text) { text_at = std::copy(text.begin(), text.end(), text_at); };
    put_text(peer.key);
    put_text(peer.name);
    for (const auto &attribute : peer.attributes) {
        put_size(attribute.name.size());
        put_size(attribute.value.size());
        put_text(attribute.name);
        put_text(attribute.value);
    }
}

void PackedPeer::attributes(std::vector<AttributeView> &out) const {
    const char *at = text() + key_size_ + name_size_;
    for (std::size_t i = 0; i < attribute_count_; ++i) {
        const std::size_t name_size = sizes()[2 * i];
        const std::size_t value_size = sizes()[2 * i + 1];
        out.push_back({{at, name_size}, {at + name_size, value_size}});
        at += name_size + value_size;
    }
}

bool PackedPeer::equals(const PeerView &peer) const {
    if (peer.key.size() != key_size_ || peer.name.size() != name_size_ || peer.attributes.size() != attribute_count_)
        return false;
    const char *at = text();
    const auto same = [&](std::string_view text) {
        const bool equal = text.empty() || std::memcmp(at, text.data(), text.size()) == 0;
        at += text.size();
        return equal;
    };
    if (!same(peer.key) || !same(peer.name)) return false;
    for (std::size_t i = 0; i < attribute_count_; ++i) {
        const auto &attribute = peer.attributes[i];
        if (attribute.name.size() != sizes()[2 * i] || attribute.value.size() != sizes()[2 * i + 1] || !same(attribute.name) ||
            !same(attribute.value))
            return same_attributes_in_any_order(peer);
    }
    return true;
}

bool PackedPeer::same_attributes_in_any_order(const PeerView &peer) const {
    std::vector<AttributeView> ours;
    attributes(ours);
    return std::all_of(ours.begin(), ours.end(), [&](const AttributeView &mine) {
        return std::any_of(peer.attributes.begin(), peer.attributes.end(),
                           [&](const AttributeView &theirs) { return mine.name == theirs.name && mine.value == theirs.value; });
    });
}

} // namespace kith::core
