// SPDX-License-Identifier: MIT
//
// The engine's access to the event loop of the World: clock, one timer, and posts to the loop. The engine is a tenant of the
// World, like each plugin instance.
#pragma once

#include <core/cluster/base/time.hpp>
#include <kith/hosting/world.hpp>
#include <kith/service/clock.h>
#include <kith/service/loop.h>
#include <kith/service/random.h>
#include <kith/service/timer.h>

#include <functional>

namespace kith::core {

class EngineLoop final : private Tenant {
  public:
    /// act: called from the loop for each turn, never inside a call from a plugin (T5). clock_set: called when the wall clock
    /// was set.
    EngineLoop(World &world, std::function<void()> act, std::function<void()> clock_set);
    ~EngineLoop();
    EngineLoop(const EngineLoop &) = delete;
    EngineLoop &operator=(const EngineLoop &) = delete;

    Time now() const { return clock_->monotonic(&handle_); }
    std::int64_t wall() const { return clock_->wall(&handle_); }
    std::uint64_t random_seed() const;

    /// Requests a call of act() as soon as the loop is free. Several requests result in one call.
    void soon();

    /// As soon(), and returns free memory to the system after that call.
    void give_back();

    /// Requests a call of act() at `when` at the latest; `never`: no timer. Each call replaces the previous one.
    void at(Time when);

  private:
    const void *service(std::string_view id) noexcept override;
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }

    void fired(std::uint64_t op);
    void posted();

    World &world_;
    std::function<void()> act_;
    std::function<void()> clock_set_;
    kith_host handle_{};
    const kith_clock_host *clock_;
    const kith_timer_host *timer_;
    const kith_loop_host *loop_;
    const kith_random_host *random_;
    std::uint64_t op_ = 0; // of the timer that is set
    Time armed_ = never;
    bool posted_ = false;
    bool give_back_ = false;
};

} // namespace kith::core
