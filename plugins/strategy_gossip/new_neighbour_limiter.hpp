// SPDX-License-Identifier: MIT
//
// Limits the number of new neighbours to 20 a second, of which half are reserved for names that were received before. A flood
// of forged names uses only the first half, and a real node is accepted by its second heartbeat.
//
// A name that is refused for now is not stored: its hash is marked in a Bloom filter, since a real node sends another
// heartbeat. The first filter has a few kilobytes; a full one is followed by a larger one, up to 2 MB in total.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gossip {

class NewNeighbourLimiter {
  public:
    /// seed: random. memory: time in nanoseconds within which a real node sends another heartbeat, such as two intervals.
    NewNeighbourLimiter(std::uint64_t seed, std::int64_t memory) : seed_(seed), memory_(memory) {}

    /// Whether the name may become a neighbour now. now: monotonic nanoseconds, never decreasing.
    [[nodiscard]] bool admit(std::string_view name, std::int64_t now);

  private:
    /// A token bucket: a number of tokens, and one more for each period.
    struct Bucket {
        double tokens = 10;
        void refill(double gained) noexcept;
        bool take() noexcept;
    };
    /// A Bloom filter for one period.
    struct Filter {
        std::vector<std::uint64_t> words; // a power of two of them
        std::size_t marked = 0;
        std::int64_t begun = 0, ended = 0;

        [[nodiscard]] bool holds(std::uint64_t hash) const noexcept;
        void mark(std::uint64_t hash) noexcept;
        [[nodiscard]] bool full() const noexcept;
    };
    static constexpr std::size_t smallest = 256, largest = 131'072; // words of 64 bits

    [[nodiscard]] bool heard_before(std::uint64_t hash) const noexcept;
    void mark(std::uint64_t hash, std::int64_t now);
    void forget(std::int64_t now);

    std::uint64_t seed_;
    std::int64_t memory_;
    std::int64_t last_ = 0;
    Bucket newcomers_, returners_;
    std::vector<Filter> filters_; // new marks go to the last one; all are searched
};

} // namespace gossip
