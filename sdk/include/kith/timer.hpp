// SPDX-License-Identifier: MIT
//
// kith.timer/1: `co_await timer.sleep(5s)`; `co_await kith::yield()` within a long computation.
#pragma once

#include "operation.hpp"
#include "service/timer.h"

#include <chrono>
#include <optional>

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

struct begin_sleep {
    const context *home;
    const kith_timer_host *table;
    std::uint64_t time;
    std::int32_t operator()(std::uint64_t user, std::uint64_t *op) const { return table->start(home->raw, time, user, op); }
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
        return detail::operate<detail::sleep>(detail::begin_sleep{home_, table_, nanos(time)}, *home_);
    }

  private:
    detail::context *home_;
    const kith_timer_host *table_;
};

/// `co_await kith::yield();` lets everything else on the loop run, and then continues. For a long computation: the host reports a
/// plugin that holds the loop for more than 100 ms, so yield after each 10 ms or so. Needs a member kith::timer or kith::signal.
class yield {
  public:
    bool await_ready() const noexcept { return false; }

    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
        detail::context &home = *handle.promise().of->home;
        const auto *table = home.find<kith_timer_host>(KITH_TIMER);
        if (table == nullptr || home.provided(KITH_TIMER) == nullptr)
            throw error(KITH_UNSUPPORTED,
                        "kith::yield needs kith.timer/1 in the descriptor's `required`, and a member kith::timer");
        return sleep_.emplace(detail::begin_sleep{&home, table, 0}, home).await_suspend(handle);
    }
    void await_resume() { sleep_->await_resume(); }

  private:
    std::optional<detail::operation<detail::sleep, detail::begin_sleep>> sleep_;
};

} // namespace kith
