// SPDX-License-Identifier: MIT
//
// Records which hosts can reach each other, and since when no fault affects them. The fault injector updates it; the simulation queries it
// for the rule that no host loses a peer that is up and reachable.
#pragma once

#include <tests/sim/duration.hpp>
#include <tests/sim/index_set.hpp>

#include <cstdint>
#include <vector>

namespace kith::sim {

class DisturbanceTracker {
  public:
    explicit DisturbanceTracker(std::size_t hosts) : hosts_(hosts) {}

    /// A fault of a host begins (on) or ends. Faults can overlap; each begin needs one end.
    void set_faulty(std::size_t host, bool on, Duration now) { hosts_[host].change(on, now); }
    /// A momentary disturbance of a host, such as a start of kith.
    void mark_disturbed(std::size_t host, Duration now) { hosts_[host].since = now; }
    /// A fault of the whole network begins or ends.
    void set_network_faulty(bool on, Duration now) { network_.change(on, now); }
    /// Partitions the network: only hosts of the same set reach each other; hosts that are in no set form another. No sets: all hosts
    /// reach each other.
    void islands(const std::vector<IndexSet> &sets, Duration now);

    /// Whether no fault has affected either host or their connection for the last `patience`.
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
