// SPDX-License-Identifier: MIT
//
// Who can hear whom, and since when nothing is wrong there: told by the faults, asked by the rule that nobody loses a peer that is up
// and can be reached.
#pragma once

#include <tests/sim/bits.hpp>
#include <tests/sim/span.hpp>

#include <cstdint>
#include <vector>

namespace kith::sim {

class Ground {
  public:
    explicit Ground(std::size_t hosts) : hosts_(hosts) {}

    /// Something is wrong with a host from now on, or no more. As many ends as beginnings.
    void afflict(std::size_t host, bool on, Span now) { hosts_[host].change(on, now); }
    /// Something befell it that is over at once, such as the start of its kith.
    void shake(std::size_t host, Span now) { hosts_[host].since = now; }
    /// The same for all of the network.
    void afflict_all(bool on, Span now) { network_.change(on, now); }
    /// Only hosts of the same set reach each other; those in none are one too. Without sets: all.
    void islands(const std::vector<Bits> &sets, Span now);

    /// Nothing is wrong with either, nor between them, and it was so for the last `patience`.
    bool calm(std::size_t a, std::size_t b, Span now) const;
    static constexpr Span patience = std::chrono::minutes(1);

  private:
    struct State {
        int wrong = 0;
        Span since{}; // of the last change
        std::size_t island = 0;

        void change(bool on, Span now) {
            wrong += on ? 1 : -1;
            since = now;
        }
        bool calm(Span now) const { return wrong == 0 && now - since >= patience; }
    };
    std::vector<State> hosts_;
    State network_;
    Span parted_{};
};

} // namespace kith::sim
