// SPDX-License-Identifier: MIT
//
// Metrics of received packets by kind. They are counted here and reported once for each batch.
#pragma once

#include <kith/metric.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace gossip {

enum class Heard : std::uint8_t {
    known,     ///< from a known neighbour
    fresh,     ///< from a new neighbour
    own,       ///< own packets, looped back
    waiting,   ///< from an unknown name that the limiter refused for now
    foreign,   ///< cannot be decrypted with any secret
    malformed, ///< decrypted, and not a heartbeat
    oversized, ///< longer than any heartbeat
    replayed,  ///< authenticated, and received before
    late       ///< authenticated, from an unknown sender whose clock differs too much
};
inline constexpr std::size_t kinds_heard = 9;

class PacketMetrics {
  public:
    explicit PacketMetrics(kith::host h)
        : counters_{make(h, "known"),     make(h, "new"),       make(h, "own"),      make(h, "waiting"), make(h, "foreign"),
                    make(h, "malformed"), make(h, "oversized"), make(h, "replayed"), make(h, "late")},
          lost_(h, {"gossip_lost_total", "Datagrams that were lost because the receive buffer was full."}),
          unsent_(h, {"gossip_unsent_total", "Heartbeats that could not be sent to all."}) {}

    void add(Heard kind) noexcept { ++waiting_[static_cast<std::size_t>(kind)]; }
    void lost(std::uint64_t count) const noexcept { lost_.add(static_cast<double>(count)); }
    void unsent() const noexcept { unsent_.add(); }

    void flush() noexcept {
        for (std::size_t i = 0; i < kinds_heard; ++i) {
            if (waiting_[i] == 0) continue;
            counters_[i].add(waiting_[i]);
            waiting_[i] = 0;
        }
    }

  private:
    static kith::counter make(kith::host h, std::string_view kind) {
        return {h, {"gossip_heard_total", "Datagrams that were received.", {{"kind", kind}}}};
    }

    std::array<kith::counter, kinds_heard> counters_;
    kith::counter lost_, unsent_;
    std::array<std::uint32_t, kinds_heard> waiting_{};
};

} // namespace gossip
