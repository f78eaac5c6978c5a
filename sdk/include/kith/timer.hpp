// SPDX-License-Identifier: MIT
//
// kith.timer/1: `co_await timer.sleep(5s)`.
#pragma once

#include "operation.hpp"
#include "service/timer.h"

#include <chrono>

namespace kith {

/// As the ABI counts it: nanoseconds, never negative.
[[nodiscard]] constexpr std::uint64_t nanos(std::chrono::nanoseconds d) noexcept {
    return d.count() < 0 ? 0 : static_cast<std::uint64_t>(d.count());
}

namespace detail {

inline void timer_fired(void *p, std::uint64_t user, std::uint64_t, std::int32_t status) noexcept {
    self(p).enter([=] { finish(completion<void>::from(user), status, {}, [] { return result<void>(); }); });
}

inline constexpr kith_timer_plugin timer_table{.fired = timer_fired};

/// Fails only by an exception, so that a loop around it never becomes a busy loop.
class sleep : public completion<void> {
  public:
    using completion::completion;
    void take() const { outcome_.value(); }
};

} // namespace detail

class timer {
  public:
    static constexpr std::string_view id = KITH_TIMER;

    explicit timer(host h) : home_(&h.context()), table_(h.service<kith_timer_host>(id)) {
        home_->provide(id, &detail::timer_table);
    }

    /// Returns nothing; throws kith::error if the host refuses one more timer.
    [[nodiscard]] auto sleep(std::chrono::nanoseconds time) const {
        return detail::operate<detail::sleep>(
            [home = home_, table = table_, time](std::uint64_t user, std::uint64_t *op) {
                return table->start(home->raw, nanos(time), user, op);
            },
            *home_);
    }

  private:
    detail::context *home_;
    const kith_timer_host *table_;
};

} // namespace kith
