// SPDX-License-Identifier: MIT
//
// kith::packed_peers: many peers in the form of the ABI, each text copied once and none with an allocation of its own. For
// sets of thousands; kith::peer is handier for a few.
//
//     kith::packed_peers all;
//     all.add("i-0a1b", "app@10.0.0.7");
//     all.attribute("zone", "eu-1a");
//     discovery.replace(all);
#pragma once

#include "result.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

namespace kith {

class packed_peers {
  public:
    /// Reserves memory for so many more peers.
    void reserve(std::size_t more) { peers_.reserve(peers_.size() + more); }

    /// Adds a peer; its attributes follow.
    void add(std::string_view key, std::string_view name) {
        peers_.push_back(
            {.key = keep(key), .name = keep(name), .attributes = nullptr, .attribute_count = 0, .flags = 0, .ttl = 0});
    }

    /// Adds an attribute to the peer added last. A value equal to that of the peer before is stored once.
    void attribute(std::string_view name, std::string_view value) {
        auto known =
            std::find_if(repeated_.begin(), repeated_.end(), [name](const kith_attribute &a) { return view(a.name) == name; });
        if (known == repeated_.end()) known = repeated_.insert(known, {keep(name), {}});
        if (view(known->value) != value) known->value = keep(value);
        kith_peer &last = peers_.back();
        kith_attribute *const place = next_attribute(last.attribute_count);
        if (last.attribute_count == 0 || place != last.attributes + last.attribute_count) {
            kith_attribute *const first = place - last.attribute_count;
            std::copy_n(last.attributes, last.attribute_count, first);
            last.attributes = first;
        }
        *place = *known;
        ++last.attribute_count;
    }

    [[nodiscard]] std::size_t size() const noexcept { return peers_.size(); }
    [[nodiscard]] bool empty() const noexcept { return peers_.empty(); }

    /// Valid until the next change.
    [[nodiscard]] std::span<const kith_peer> all() const noexcept { return peers_; }

    /// which: bool(const kith_peer &), asked in order.
    template <class Which>
    void erase_if(Which which) {
        std::erase_if(peers_, which);
    }

    /// Appends the other's peers.
    void append(packed_peers &&other) {
        peers_.insert(peers_.end(), other.peers_.begin(), other.peers_.end());
        std::move(other.texts_.begin(), other.texts_.end(), std::back_inserter(texts_));
        std::move(other.attributes_.begin(), other.attributes_.end(), std::back_inserter(attributes_));
        text_left_ = attributes_left_ = 0; // the last blocks are not where we were
        other = packed_peers();
    }

  private:
    static constexpr std::size_t text_block = 65'536, attribute_block = 1'024;

    kith_str keep(std::string_view text) {
        if (text.empty()) return {};
        if (text_at_ == nullptr || text.size() > text_left_) {
            text_left_ = std::max(text_block, text.size());
            texts_.emplace_back(new char[text_left_]);
            text_at_ = texts_.back().get();
        }
        char *const at = text_at_;
        std::memcpy(at, text.data(), text.size());
        text_at_ += text.size();
        text_left_ -= text.size();
        return {at, text.size()};
    }

    // Room for one more, and before it for as many as the peer has already, unless these stand there.
    kith_attribute *next_attribute(std::size_t before) {
        if (attributes_left_ == 0) {
            attributes_left_ = std::max(attribute_block, 2 * (before + 1));
            attributes_.emplace_back(new kith_attribute[attributes_left_]);
            attribute_at_ = attributes_.back().get() + before;
            attributes_left_ -= before;
        }
        --attributes_left_;
        return attribute_at_++;
    }

    std::vector<kith_peer> peers_;
    std::vector<std::unique_ptr<char[]>> texts_;
    std::vector<std::unique_ptr<kith_attribute[]>> attributes_;
    std::vector<kith_attribute> repeated_; // names that were given, each with its last value
    char *text_at_ = nullptr;
    kith_attribute *attribute_at_ = nullptr;
    std::size_t text_left_ = 0, attributes_left_ = 0;
};

} // namespace kith
