// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kith::sim {

/// A set of small numbers, such as the indexes of hosts or names, stored as a bit set so that two sets are compared 64 elements at a time.
class IndexSet {
  public:
    /// Returns whether it was added; false: it was already in the set.
    bool add(std::size_t i) {
        if (i / 64 >= words_.size()) words_.resize(i / 64 + 1);
        const bool fresh = !has(i);
        if (fresh) words_[i / 64] |= bit(i), ++count_;
        return fresh;
    }
    /// Returns whether it was in the set.
    bool remove(std::size_t i) {
        if (!has(i)) return false;
        words_[i / 64] &= ~bit(i);
        --count_;
        return true;
    }
    bool has(std::size_t i) const { return i / 64 < words_.size() && (words_[i / 64] & bit(i)) != 0; }
    std::size_t count() const { return count_; }
    bool empty() const { return count_ == 0; }
    void clear() { words_.clear(), count_ = 0; }

    /// Adds all elements of `other`.
    void add(const IndexSet &other) {
        each_word(other, [](std::uint64_t a, std::uint64_t b) { return a | b; });
    }
    /// The number of elements that are in both.
    std::size_t common(const IndexSet &other) const {
        std::size_t out = 0;
        for (std::size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i)
            out += static_cast<std::size_t>(std::popcount(words_[i] & other.words_[i]));
        return out;
    }
    bool contains(const IndexSet &other) const {
        if (other.count_ > count_) return false;
        for (std::size_t i = 0; i < other.words_.size(); ++i) {
            if ((other.words_[i] & ~word(i)) != 0) return false;
        }
        return true;
    }
    bool operator==(const IndexSet &other) const { return count_ == other.count_ && contains(other); }

    template <class F>
    void each(F &&function) const {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            for (std::uint64_t rest = words_[i]; rest != 0; rest &= rest - 1) {
                function(i * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
            }
        }
    }

  private:
    static std::uint64_t bit(std::size_t i) { return std::uint64_t{1} << i % 64; }
    std::uint64_t word(std::size_t i) const { return i < words_.size() ? words_[i] : 0; }
    template <class F>
    void each_word(const IndexSet &other, F combine) {
        if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
        count_ = 0;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            words_[i] = combine(words_[i], other.word(i));
            count_ += static_cast<std::size_t>(std::popcount(words_[i]));
        }
    }

    std::vector<std::uint64_t> words_;
    std::size_t count_ = 0;
};

} // namespace kith::sim
