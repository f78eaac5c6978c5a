// SPDX-License-Identifier: MIT
#include "surroundings.hpp"

#include "simulation.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

namespace kith::isolation {

namespace {

std::int64_t read_clock(clockid_t which) noexcept {
    timespec now{};
    ::clock_gettime(which, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

} // namespace

Surroundings::Surroundings(CallTrace *trace) : trace_(trace), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Surroundings::woken() noexcept {
    std::uint64_t count = 0;
    static_cast<void>(!::read(wake_.get(), &count, sizeof count));
}

// The clocks that kith.clock/1 of kith itself reads.
std::uint64_t Surroundings::monotonic() noexcept {
    return simulation_ != nullptr ? simulation_->time(Question::monotonic)
                                  : static_cast<std::uint64_t>(read_clock(CLOCK_BOOTTIME));
}
std::int64_t Surroundings::wall() noexcept {
    return simulation_ != nullptr ? static_cast<std::int64_t>(simulation_->time(Question::wall)) : read_clock(CLOCK_REALTIME);
}

void Surroundings::fill(void *out, std::size_t size) noexcept {
    if (simulation_ != nullptr) return simulation_->fill(out, size);
    for (char *at = static_cast<char *>(out); size > 0;) {
        const ssize_t got = ::getrandom(at, std::min<std::size_t>(size, 256), 0);
        if (got < 0) continue; // interrupted: no other error is possible for so few bytes
        at += got;
        size -= static_cast<std::size_t>(got);
    }
}

void Surroundings::wake() noexcept {
    if (simulation_ != nullptr) simulation_->posted();
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

void Surroundings::enter(std::uint32_t instance, std::uint8_t table, std::uint8_t function) noexcept {
    if (trace_ == nullptr) return;
    trace_->instance.store(instance, std::memory_order_relaxed);
    trace_->call.store(1U << 16 | std::uint32_t{table} << 8 | function, std::memory_order_relaxed);
}

void Surroundings::leave() noexcept {
    if (trace_ != nullptr) trace_->call.store(0, std::memory_order_relaxed);
}

} // namespace kith::isolation
