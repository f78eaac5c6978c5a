// SPDX-License-Identifier: MIT
//
// kith.random/1: a source of random bytes. It is a UniformRandomBitGenerator too.
#pragma once

#include "host.hpp"
#include "service/random.h"

#include <chrono>
#include <limits>
#include <span>

namespace kith {

class random {
  public:
    static constexpr std::string_view id = KITH_RANDOM;
    using result_type = std::uint64_t;

    explicit random(host h) : raw_(h.raw()), table_(h.service<kith_random_host>(id)) {}

    void fill(std::span<std::byte> out) const noexcept { table_->fill(raw_, out.data(), out.size()); }

    std::uint64_t operator()() const noexcept {
        std::uint64_t value = 0;
        table_->fill(raw_, &value, sizeof value);
        return value;
    }
    [[nodiscard]] static constexpr std::uint64_t min() noexcept { return 0; }
    [[nodiscard]] static constexpr std::uint64_t max() noexcept { return std::numeric_limits<std::uint64_t>::max(); }

    /// 0 .. bound - 1, each as likely; 0 for a bound of 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) const noexcept {
        if (bound == 0) return 0;
        const std::uint64_t fair = max() - max() % bound; // larger values would favour small numbers
        for (;;) {
            if (const auto value = (*this)(); value < fair) return value % bound;
        }
    }

    /// Around the mean, by at most `share` of it either way: the jitter of a poll.
    [[nodiscard]] std::chrono::nanoseconds around(std::chrono::nanoseconds mean, double share = 0.1) const noexcept {
        const auto reach = static_cast<std::int64_t>(static_cast<double>(mean.count()) * share);
        if (reach <= 0) return mean;
        return mean +
               std::chrono::nanoseconds(static_cast<std::int64_t>(below(2 * static_cast<std::uint64_t>(reach) + 1)) - reach);
    }

  private:
    const kith_host *raw_;
    const kith_random_host *table_;
};

} // namespace kith
