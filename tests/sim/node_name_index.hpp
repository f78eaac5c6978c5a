// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kith::sim {

/// Every name of a node that was ever told of, with a number. The nodes of the hosts come first: their numbers are those of the hosts.
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
    std::deque<std::string> texts_; // stay where they are
    std::unordered_map<std::string_view, std::size_t> numbers_;
};

} // namespace kith::sim
