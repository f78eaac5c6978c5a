// SPDX-License-Identifier: MIT
//
// Who can hear whom, and since when nothing is wrong there: told by the faults, asked by the rule that nobody loses a peer that is up
// and can be reached.
#pragma once

#include <tests/sim/duration.hpp>
#include <tests/sim/index_set.hpp>

#include <cstdint>
#include <vector>

namespace kith::sim {

class Reachability {
  public:
    explicit Reachability(std::size_t hosts) : hosts_(hosts) {}

    /// Something is wrong with a host from now on, or no more. As many ends as beginnings.
    void set_faulty(std::size_t host, bool on, Duration now) { hosts_[host].change(on, now); }
    /// Something befell it that is over at once, such as the start of its kith.
    void mark_disturbed(std::size_t host, Duration now) { hosts_[host].since = now; }
    /// The same for all of the network.
    void set_network_faulty(bool on, Duration now) { network_.change(on, now); }
    /// Only hosts of the same set reach each other; those in none are one too. Without sets: all.
    void islands(const std::vector<IndexSet> &sets, Duration now);

    /// Nothing is wrong with either, nor between them, and it was so for the last `patience`.
    bool undisturbed(std::size_t a, std::size_t b, Duration now) const;
    static constexpr Duration patience = std::chrono::minutes(1);

  private:
    struct State {
        int wrong = 0;
        Duration since{}; // of the last change
        std::size_t island = 0;

        void change(bool on, Duration now) {
            wrong += on ? 1 : -1;
            since = now;
        }
        bool undisturbed(Duration now) const { return wrong == 0 && now - since >= patience; }
    };
    std::vector<State> hosts_;
    State network_;
    Duration parted_{};
};

} // namespace kith::sim
