// SPDX-License-Identifier: MIT
//
// The local node's name, and whether it is received from addresses of other machines: then another machine announces it too.
#pragma once

#include "neighbour_table.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gossip {

class OwnNameConflictDetector {
  public:
    /// Empty while the name is unknown or cannot be announced.
    [[nodiscard]] const std::string &text() const noexcept { return text_; }
    [[nodiscard]] bool known() const noexcept { return !text_.empty(); }
    [[nodiscard]] bool is(NeighbourTable::Hash hash) const noexcept { return hash == hash_; }

    /// Sets another name: it is unknown whether a second machine has it.
    void set(std::string name, NeighbourTable::Hash hash) {
        text_ = std::move(name);
        hash_ = hash;
        doubled_ = false;
    }
    void clear() noexcept {
        text_.clear();
        hash_ = 0;
    }

    /// Whether it was received from this address last time, which is an address of this machine.
    [[nodiscard]] bool heard_at(Mark from) const noexcept { return from == last_; }
    /// It was received from another address. Returns true when `checked` must be called with whether that is an address of this
    /// machine.
    [[nodiscard]] bool must_check(Mark from) noexcept {
        if (doubled_ || checking_) return false;
        if (std::ranges::find(ours_, from) != ours_.end()) {
            last_ = from;
            return false;
        }
        return checking_ = true;
    }
    /// name: the name at the beginning of the check. Returns true when a second machine is found to have the name for the first
    /// time.
    [[nodiscard]] bool checked(std::string_view name, Mark from, bool ours) {
        checking_ = false;
        if (name != text_) return false;
        if (!ours) return doubled_ = true;
        if (ours_.size() < most_addresses) ours_.push_back(from);
        last_ = from;
        return false;
    }

  private:
    static constexpr std::size_t most_addresses = 16;

    std::string text_;
    NeighbourTable::Hash hash_ = 0; // as NeighbourTable knows names; 0 while it is unknown
    Mark last_ = 1;                 // the address of ours from which it was received last; 1: none
    std::vector<Mark> ours_;        // addresses of ours
    bool checking_ = false;         // whether one is of ours
    bool doubled_ = false;          // another machine has it, and this was reported
};

} // namespace gossip
