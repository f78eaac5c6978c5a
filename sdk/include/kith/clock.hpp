// SPDX-License-Identifier: MIT
//
// kith.clock/1. Intervals are measured with `monotonic`; `wall` is for people and for protocols that send it. One
// kith::clock for each instance.
#pragma once

#include "service/clock.h"
#include "signal.hpp"

namespace kith {

class clock {
  public:
    static constexpr std::string_view id = KITH_CLOCK;

    explicit clock(host h) : jumped(h), raw_(h.raw()), table_(h.service<kith_clock_host>(id)) {
        static constexpr kith_clock_plugin table{.jumped = [](void *p, std::int64_t delta) noexcept {
            detail::self(p).enter([p, delta] {
                auto &me = detail::self(p).owner<clock>(id);
                me.jump_ = std::chrono::nanoseconds(delta);
                me.jumped.notify();
            });
        }};
        h.context().provide(id, &table, this);
    }

    /// Time since an unspecified moment before create; never goes back.
    [[nodiscard]] std::chrono::nanoseconds monotonic() const noexcept {
        return std::chrono::nanoseconds(static_cast<std::int64_t>(table_->monotonic(raw_)));
    }
    /// Since 1970; may jump.
    [[nodiscard]] std::chrono::nanoseconds wall() const noexcept { return std::chrono::nanoseconds(table_->wall(raw_)); }

    /// Notified when the wall clock was set: `co_await clock.jumped.wait()`. `jump` returns by how much, the last time.
    signal jumped;
    [[nodiscard]] std::chrono::nanoseconds jump() const noexcept { return jump_; }

  private:
    std::chrono::nanoseconds jump_{};
    const kith_host *raw_;
    const kith_clock_host *table_;
};

} // namespace kith
