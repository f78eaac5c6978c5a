// SPDX-License-Identifier: MIT
#include "wall_clock_watch.hpp"

#include <kith/service/clock.h>

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>
#include <vector>

namespace kith::app {

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t read_clock(clockid_t which) noexcept {
    timespec now{};
    ::clock_gettime(which, &now);
    return now.tv_sec * second + now.tv_nsec;
}

constexpr kith_clock_host clock_functions = {
    .monotonic = [](const kith_host *) noexcept { return static_cast<std::uint64_t>(read_clock(CLOCK_BOOTTIME)); },
    .wall = [](const kith_host *) noexcept { return read_clock(CLOCK_REALTIME); },
};

std::int64_t offset() noexcept { return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME); }

} // namespace

WallClockWatch::WallClockWatch(AsioWorld::Parts &parts) : parts_(parts), timer_(parts.io), offset_(offset()) {
    const int fd = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0) return; // jumps of the clock are not reported then
    timer_.assign(fd);
    watch();
}

void WallClockWatch::watch() {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max();
    if (::timerfd_settime(timer_.native_handle(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) != 0) return;
    timer_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = std::weak_ptr(self_)](const boost::system::error_code &error) {
                          const auto me = self.lock();
                          if (!error && me) (*me)->look();
                      });
}

void WallClockWatch::look() {
    std::uint64_t expirations = 0;
    static_cast<void>(!::read(timer_.native_handle(), &expirations, sizeof expirations)); // ECANCELED: the clock was set
    const std::int64_t before = std::exchange(offset_, offset());
    const std::int64_t delta = offset_ - before;
    watch();
    if (std::abs(delta) < second) return;
    std::vector<std::shared_ptr<TenantResources>> tenants;
    for (const auto &[host, resources] : parts_.tenants) tenants.push_back(resources);
    for (const auto &resources : tenants) {
        const auto *side = resources->open && !resources->silent ? resources->side<kith_clock_plugin>(KITH_CLOCK) : nullptr;
        if (side == nullptr || side->jumped == nullptr) continue;
        Entered guard(resources->tenant, "clock.jumped");
        side->jumped(resources->tenant.self(), delta);
    }
}

const void *clock_table() noexcept { return &clock_functions; }

} // namespace kith::app
