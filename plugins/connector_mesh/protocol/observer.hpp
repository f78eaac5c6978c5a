// SPDX-License-Identifier: MIT
//
// What this member, as an observer, states about members that it cannot reach. It first doubts itself: time in which its own loop stood
// still does not count, and when half of its links fail at once it abstains for a while, since the fault is possibly its own.
#pragma once

#include "name_table.hpp"
#include "run.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace kith::mesh {

class Observer {
  public:
    /// longest_step: a longer pause between two calls is a lag of the own loop; more of it does not count.
    explicit Observer(Time longest_step) noexcept : longest_step_(longest_step) {}

    /// Failures within this time count as "at once", and an abstention lasts as long.
    static constexpr Time window = std::chrono::seconds(3);
    /// Without a link for this long this member is isolated.
    static constexpr Time isolation = std::chrono::seconds(1);

    struct Suspect {
        NodeId id;
        std::string reason;
        bool conclusive;
        Time since;
    };

    /// The time during which this member could have heard others.
    [[nodiscard]] Time awake() const noexcept { return awake_; }
    /// The same at a moment after the last `advance`.
    [[nodiscard]] Time awake(Time now) const noexcept {
        return awake_ + (last_ < Time::zero() ? Time{} : std::clamp(now - last_, Time{}, longest_step_));
    }
    [[nodiscard]] Time longest_step() const noexcept { return longest_step_; }
    /// Returns by how much the loop lagged, if that was more than a step.
    Time advance(Time now) noexcept;

    /// No link to the member can be had. conclusive: its host has answered that nobody listens there, so that the network is good.
    void suspect(NodeId id, std::string_view reason, bool conclusive, Time now);
    void trust(NodeId id);
    [[nodiscard]] bool suspects(NodeId id) const noexcept;

    /// The suspects that are to be accused now. links: those that are up.
    std::vector<Suspect> take_due(std::size_t links, Time now);
    /// Those that take_due has returned within the window, without the conclusive ones and those that have been trusted since.
    std::vector<NodeId> take_accused();
    [[nodiscard]] bool abstains(Time now) const noexcept { return now < abstains_until_; }
    /// No link is up although there were some: nothing can be stated about anybody.
    [[nodiscard]] bool isolated(std::size_t links, Time now);
    /// How many of how many links had failed when the last abstention began.
    [[nodiscard]] std::size_t failed() const noexcept { return failed_; }
    [[nodiscard]] std::size_t of() const noexcept { return of_; }

    /// When take_due or isolated may have another result; Time::max(): never by itself.
    [[nodiscard]] Time deadline() const noexcept;

  private:
    Time longest_step_;
    Time last_{-1}, awake_{}, abstains_until_ = Time::min(), without_links_since_ = Time::max();
    std::vector<Suspect> suspects_;
    std::vector<Suspect> accused_; // within the window, and not conclusively
    std::size_t failed_ = 0, of_ = 0;
    bool had_links_ = false;
};

} // namespace kith::mesh
