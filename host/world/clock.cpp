// SPDX-License-Identifier: MIT
#include "wall_clock.hpp"

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

WallClock::WallClock(AsioWorld::Parts &parts) : parts_(parts), timer_(parts.io), offset_(offset()) {
    const int fd = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0) return; // then jumps are not told
    timer_.assign(fd);
    watch();
}

void WallClock::watch() {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max();
    if (::timerfd_settime(timer_.native_handle(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) != 0) return;
    timer_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = std::weak_ptr(self_)](const boost::system::error_code &error) {
                          const auto me = self.lock();
                          if (!error && me) (*me)->look();
                      });
}

void WallClock::look() {
    std::uint64_t expirations = 0;
    static_cast<void>(!::read(timer_.native_handle(), &expirations, sizeof expirations)); // ECANCELED: it was set
    const std::int64_t before = std::exchange(offset_, offset());
    const std::int64_t delta = offset_ - before;
    watch();
    if (std::abs(delta) < second) return;
    std::vector<std::shared_ptr<Seat>> seats;
    for (const auto &[host, seat] : parts_.seats) seats.push_back(seat);
    for (const auto &seat : seats) {
        const auto *side = seat->open && !seat->silent ? seat->side<kith_clock_plugin>(KITH_CLOCK) : nullptr;
        if (side == nullptr || side->jumped == nullptr) continue;
        Entered guard(seat->tenant, "clock.jumped");
        side->jumped(seat->tenant.self(), delta);
    }
}

const void *clock_table() noexcept { return &clock_functions; }

} // namespace kith::app
