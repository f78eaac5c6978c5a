// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kith::sim {

/// Assigns a number to every node name of a run. The nodes of the hosts are added first, so their numbers are the indexes of the hosts.
class NodeNameIndex {
  public:
    std::size_t number(std::string_view name) {
        const auto found = numbers_.find(name);
        if (found != numbers_.end()) return found->second;
        texts_.emplace_back(name);
        return numbers_.emplace(texts_.back(), texts_.size() - 1).first->second;
    }
    const std::string &text(std::size_t number) const { return texts_[number]; }
    std::size_t size() const { return texts_.size(); }

  private:
    std::deque<std::string> texts_; // a deque, because the map's keys point into it
    std::unordered_map<std::string_view, std::size_t> numbers_;
};

} // namespace kith::sim
