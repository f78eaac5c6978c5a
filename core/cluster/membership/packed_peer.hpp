// SPDX-License-Identifier: MIT
//
// An observed peer in one allocation, so that the comparison with an unchanged one reads little memory.
#pragma once

#include <kith/hosting/peer_and_link_views.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace kith::core {

class PackedPeer {
  public:
    PackedPeer() = default;
    // Throws std::length_error for a text of more than 65,535 bytes.
    explicit PackedPeer(const PeerView &peer);

    explicit operator bool() const { return memory_ != nullptr; }
    std::string_view key() const { return {text(), key_size_}; }
    std::string_view name() const { return {text() + key_size_, name_size_}; }
    // Appends the attributes to `out` (views into this record).
    void attributes(std::vector<AttributeView> &out) const;

    // Whether key, name and attributes are equal. The order of attributes and the ttl are ignored.
    bool equals(const PeerView &peer) const;

    // Prefetches the memory that equals() reads for most records.
    void prefetch() const {
        for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(memory_.get() + 64 * line);
    }

  private:
    // First the two sizes of each attribute, then key, name, and the attributes' names and values, without gaps.
    using Size = std::uint16_t; // kith::PeerReader accepts no longer text
    const Size *sizes() const { return reinterpret_cast<const Size *>(memory_.get()); }
    const char *text() const { return memory_.get() + std::size_t{attribute_count_} * 2 * sizeof(Size); }
    bool same_attributes_in_any_order(const PeerView &peer) const;

    std::unique_ptr<char[]> memory_;
    Size key_size_ = 0;
    Size name_size_ = 0;
    Size attribute_count_ = 0;
};

} // namespace kith::core
