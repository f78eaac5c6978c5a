// SPDX-License-Identifier: MIT
//
// What this process gives to its instances: the clocks, random bytes, and the record of the call that is under way.
#pragma once

#include "../call_trace.hpp"

#include <sdk/messages/isolated_instance.hpp>

#include <core/file_descriptor.hpp>

namespace kith::isolation {

class Simulation;

class Surroundings final : public messages::InstanceSurroundings {
  public:
    /// trace: shared with kith; null: the calls are not recorded.
    explicit Surroundings(CallTrace *trace);

    /// Readable when posts are waiting.
    int wake_fd() const noexcept { return wake_.get(); }
    void woken() noexcept;
    /// From now on that answers in place of the machine; it outlives this.
    void simulate(Simulation &simulation) noexcept { simulation_ = &simulation; }

    std::uint64_t monotonic() noexcept override;
    std::int64_t wall() noexcept override;
    void fill(void *out, std::size_t size) noexcept override;
    void wake() noexcept override;
    void enter(std::uint32_t instance, std::uint8_t table, std::uint8_t function) noexcept override;
    void leave() noexcept override;

  private:
    CallTrace *trace_;
    core::Fd wake_;
    Simulation *simulation_ = nullptr;
};

} // namespace kith::isolation
