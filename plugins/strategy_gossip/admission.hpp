// SPDX-License-Identifier: MIT
//
// Which unknown names may become neighbours: at most 20 a second, of which half are kept for names that were heard before. So a flood of
// made-up names takes up what newcomers may use, and a real node still gets in by its second heartbeat.
//
// Names that have to wait are not kept: their hashes are marked in a filter of fixed size (2 MB at most, made when the first one has to wait),
// and who is real speaks again.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gossip {

class Admission {
  public:
    /// seed: random. memory: nanoseconds in which a name is heard again if it is real, such as two intervals.
    Admission(std::uint64_t seed, std::int64_t memory) : seed_(seed), memory_(memory) {}

    /// May it in? now: monotonic nanoseconds, never less than before.
    [[nodiscard]] bool admit(std::string_view name, std::int64_t now);

  private:
    /// So many at once, and one more for each period.
    struct Bucket {
        double tokens = 10;
        void refill(double gained) noexcept;
        bool take() noexcept;
    };
    static constexpr std::size_t bits = std::size_t{1}
                                        << 23U; // with 200,000 names in it, one in 10,000 others seems to be among them
    using Filter = std::vector<std::uint64_t>;

    bool heard_before(std::uint64_t hash) const noexcept;
    void mark(std::uint64_t hash, std::int64_t now);

    std::uint64_t seed_;
    std::int64_t memory_;
    std::int64_t last_ = 0;
    Bucket newcomers_, returners_;
    Filter young_, old_; // of this span of `memory`, and of the one before
    std::int64_t turned_ = 0;
};

} // namespace gossip
