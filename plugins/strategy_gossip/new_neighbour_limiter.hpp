// SPDX-License-Identifier: MIT
//
// Which unknown names may become neighbours: at most 20 a second, of which half are kept for names that were heard before. So a flood of
// made-up names takes up what newcomers may use, and a real node still gets in by its second heartbeat.
//
// Names that have to wait are not kept: their hashes are marked in filters, and who is real speaks again. The first filter is of a few
// kilobytes; one that is full is followed by a larger one, up to 2 MB in all.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gossip {

class NewNeighbourLimiter {
  public:
    /// seed: random. memory: nanoseconds in which a name is heard again if it is real, such as two intervals.
    NewNeighbourLimiter(std::uint64_t seed, std::int64_t memory) : seed_(seed), memory_(memory) {}

    /// May it in? now: monotonic nanoseconds, never less than before.
    [[nodiscard]] bool admit(std::string_view name, std::int64_t now);

  private:
    /// So many at once, and one more for each period.
    struct Bucket {
        double tokens = 10;
        void refill(double gained) noexcept;
        bool take() noexcept;
    };
    /// What was marked in some span of time.
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
    std::vector<Filter> filters_; // the last one is marked, all are asked
};

} // namespace gossip
