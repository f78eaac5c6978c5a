// SPDX-License-Identifier: MIT
//
// Detects replayed authenticated packets. The packets of each sender contain an increasing counter. For each sender the highest
// value is stored, and which of the 64 values before it were received (RFC 4303, 3.4.3). The time of an unknown sender must
// also be near the local wall clock; that of a known sender need not, so that a clock that jumps removes no peer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gossip {

class ReplayFilter {
  public:
    enum class Verdict : std::uint8_t {
        fresh,
        seen, ///< received before, or older than the stored window of its sender
        late  ///< from an unknown sender whose time differs too much
    };

    /// The largest difference to the local clock, in milliseconds.
    static constexpr std::int64_t window = 300'000;

    /// limit: the most senders to store. Only holders of the key can add one.
    explicit ReplayFilter(std::size_t limit) : limit_(limit) {}

    /// time, wall: milliseconds since 1970, of the sender and ours; now: monotonic milliseconds.
    [[nodiscard]] Verdict check(std::string_view sender, std::uint64_t counter, std::int64_t time, std::int64_t wall,
                                std::int64_t now);

    /// For a new goodbye: returns whether it is the sender's last packet. Then earlier packets that arrive late are refused.
    /// False: the sender has sent packets since and does not leave.
    [[nodiscard]] bool last_word(std::string_view sender, std::uint64_t counter) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return senders_.size(); }

  private:
    struct HeartbeatSender {
        std::uint64_t highest;
        std::uint64_t seen; // bit i: highest - i
        std::int64_t heard; // monotonic milliseconds
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    void make_room(std::int64_t now);

    std::size_t limit_;
    std::unordered_map<std::string, HeartbeatSender, Hash, std::equal_to<>> senders_;
};

} // namespace gossip
