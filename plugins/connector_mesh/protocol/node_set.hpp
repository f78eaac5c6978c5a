// SPDX-License-Identifier: MIT
//
// A set of members, one bit each: with ten thousand members and sixteen links, lists of what waits for each link would be most of the memory.
#pragma once

#include "name_table.hpp"

#include <algorithm>
#include <bit>
#include <vector>

namespace kith::mesh {

class NodeSet {
  public:
    /// False: it was in the set.
    bool insert(NodeId id) {
        if (contains(id)) return false;
        if (id / 64 >= words_.size()) words_.resize(id / 64 + 1);
        words_[id / 64] |= bit(id);
        first_word_ = std::min<std::size_t>(first_word_, id / 64);
        ++size_;
        return true;
    }
    /// False: it was not in the set. An empty set has no memory.
    bool erase(NodeId id) {
        if (!contains(id)) return false;
        words_[id / 64] &= ~bit(id);
        if (--size_ == 0) *this = NodeSet();
        return true;
    }
    /// Takes the smallest one out. Not for an empty set.
    NodeId pop() {
        while (words_[first_word_] == 0) ++first_word_;
        const auto out = static_cast<NodeId>(first_word_ * 64 + static_cast<unsigned>(std::countr_zero(words_[first_word_])));
        erase(out);
        return out;
    }
    [[nodiscard]] bool contains(NodeId id) const noexcept {
        return id / 64 < words_.size() && (words_[id / 64] & bit(id)) != 0;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    friend bool operator==(const NodeSet &a, const NodeSet &b) {
        const auto common = static_cast<std::ptrdiff_t>(std::min(a.words_.size(), b.words_.size()));
        return a.size_ == b.size_ && std::equal(a.words_.begin(), a.words_.begin() + common, b.words_.begin());
    }

  private:
    static std::uint64_t bit(NodeId id) noexcept { return std::uint64_t{1} << id % 64; }

    std::vector<std::uint64_t> words_;
    std::size_t size_ = 0, first_word_ = SIZE_MAX; // no word before it has a bit
};

} // namespace kith::mesh
