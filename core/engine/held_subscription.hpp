// SPDX-License-Identifier: MIT
//
// Keeps the subscription of a sink until it takes the place of another one.
#pragma once

#include <core/engine/engine_loop.hpp>
#include <core/engine/plugin_report_receivers.hpp>

#include <cstdint>
#include <optional>

namespace kith::core {

class HeldSubscription final : public SinkReceiver {
  public:
    explicit HeldSubscription(EngineLoop &engine_loop) : engine_loop_(engine_loop) {}
    const std::optional<std::uint64_t> &mask() const { return mask_; }
    /// Later reports are ignored.
    void end() { over_ = true; }

    std::int32_t subscribe(std::uint64_t mask) override {
        if (!over_) mask_ = mask;
        engine_loop_.soon();
        return KITH_OK;
    }
    std::int32_t taken(std::uint64_t) override { return KITH_STALE; } // of the former one

  private:
    EngineLoop &engine_loop_;
    std::optional<std::uint64_t> mask_;
    bool over_ = false;
};

} // namespace kith::core
