// SPDX-License-Identifier: MIT
//
// Is an authenticated packet new? Each sender's packets carry a counter that only grows. Of each sender the highest one is kept, and which
// of the 64 before it were seen (RFC 4303, 3.4.3). A sender we know nothing of must also be near our own wall clock; one we know need
// not, so that a clock that jumps parts nobody.
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
        seen, ///< this one was here before, or is older than what is kept of its sender
        late  ///< of an unknown sender, and its time is not ours
    };

    /// How far a clock may differ from ours, either way; milliseconds.
    static constexpr std::int64_t window = 300'000;

    /// limit: most senders that are kept. Only who has the key can make us keep one.
    explicit ReplayFilter(std::size_t limit) : limit_(limit) {}

    /// time, wall: milliseconds since 1970, of the sender and ours; now: monotonic milliseconds.
    [[nodiscard]] Verdict check(std::string_view sender, std::uint64_t counter, std::int64_t time, std::int64_t wall,
                                std::int64_t now);

    /// Of a goodbye that was fresh: is it the sender's last word? Then nothing that it said before is taken any more, should that come
    /// late. False: it has spoken since, and does not leave.
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
