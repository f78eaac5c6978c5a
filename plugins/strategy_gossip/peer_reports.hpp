// SPDX-License-Identifier: MIT
//
// Collects the reports to core: new and silent neighbours. They are reported after each batch, and stored for ten seconds when
// core refuses them.
#pragma once

#include "neighbour_table.hpp"

#include <kith/peer.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gossip {

class PeerReports {
  public:
    using Time = std::int64_t; // monotonic nanoseconds

    void add(kith::peer peer) { newcomers_.push_back(std::move(peer)); }
    void add_silent(std::string_view name) { silent_.emplace_back(name); }
    /// The list to append names to.
    [[nodiscard]] std::vector<std::string> &silent() noexcept { return silent_; }
    [[nodiscard]] bool any_silent() const noexcept { return !silent_.empty(); }
    /// Core has refused a report, and none is made for now.
    [[nodiscard]] bool refused(Time now) const noexcept { return now < refused_until_; }

    /// update(newcomers, silent): returns whether core has accepted both. Returns true when newcomers were accepted.
    /// The last received packet applies to a neighbour that left and returned. Refused newcomers are unknown again, and silent
    /// ones are reported later, so that core and the strategy agree again.
    template <class Update>
    bool hand_over(NeighbourTable &neighbours, Time now, Update update) {
        if ((newcomers_.empty() && silent_.empty()) || refused(now)) return false;
        std::erase_if(silent_, [&](const auto &name) { return neighbours.present(name); });
        std::erase_if(newcomers_, [&](const auto &peer) { return !neighbours.present(peer.key); });
        const bool taken = update(newcomers_, silent_);
        const bool any_new = taken && !newcomers_.empty();
        if (taken) {
            silent_.clear();
        } else {
            for (const auto &peer : newcomers_) neighbours.leave(peer.key);
            refused_until_ = now + ten_seconds;
        }
        newcomers_.clear();
        return any_new;
    }

  private:
    static constexpr Time ten_seconds = 10'000'000'000;

    std::vector<kith::peer> newcomers_;
    std::vector<std::string> silent_;
    Time refused_until_ = INT64_MIN / 2;
};

} // namespace gossip
