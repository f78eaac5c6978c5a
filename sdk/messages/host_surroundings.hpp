// SPDX-License-Identifier: MIT
//
// The clock and the random bytes of a host for an instance whose both ends are in its process, as in a simulated world.
#pragma once

#include <sdk/messages/isolated_instance.hpp>

#include <kith/plugin.h>
#include <kith/result.hpp>
#include <kith/service/clock.h>
#include <kith/service/random.h>

#include <functional>
#include <utility>

namespace kith::messages {

class HostSurroundings final : public InstanceSurroundings {
  public:
    /// host: outlives it. wake: has run_posts() called later, at the same moment.
    HostSurroundings(const kith_host &host, std::function<void()> wake) : host_(host), wake_(std::move(wake)) {}

    std::uint64_t monotonic() noexcept override { return table<kith_clock_host>(KITH_CLOCK).monotonic(&host_); }
    std::int64_t wall() noexcept override { return table<kith_clock_host>(KITH_CLOCK).wall(&host_); }
    void fill(void *out, std::size_t size) noexcept override { table<kith_random_host>(KITH_RANDOM).fill(&host_, out, size); }
    void wake() noexcept override { wake_(); }
    void enter(std::uint32_t, std::uint8_t, std::uint8_t) noexcept override {}
    void leave() noexcept override {}

  private:
    // The instance has the service, or else it could not call it.
    template <class Table>
    const Table &table(const char *id) const {
        return *static_cast<const Table *>(host_.service(&host_, str(id)));
    }

    const kith_host &host_;
    std::function<void()> wake_;
};

} // namespace kith::messages
