// SPDX-License-Identifier: MIT
//
// Stores the counter of authenticated heartbeats across restarts, if the host stores state, and reports failures.
#pragma once

#include "packet_counter.hpp"

#include <kith/clock.hpp>
#include <kith/log.hpp>
#include <kith/state.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace gossip {

class PacketCounterStore {
  public:
    /// clock and log outlive the object.
    PacketCounterStore(kith::host h, const kith::clock &clock, const kith::log &log) : clock_(clock), log_(log) {
        if (h.offers(KITH_STATE)) state_.emplace(h);
    }

    [[nodiscard]] std::uint64_t next() noexcept { return counter_.next(); }

    /// Call it before the first heartbeat.
    kith::task<> begin() {
        counter_.begin(static_cast<std::uint64_t>(clock_.wall().count() / 1000));
        if (state_) co_return co_await keep();
        not_kept({KITH_UNSUPPORTED, "this host keeps no state"});
    }

    /// Stores the next block. Retries each second after a failure, such as a full disk, except when the host does not store
    /// state.
    [[nodiscard]] bool due(std::int64_t now) const noexcept { return state_ && counter_.running_out() && now >= again_at_; }
    kith::task<> keep() {
        const auto kept = co_await counter_.keep(*state_);
        again_at_ = clock_.monotonic().count() + one_second;
        if (kept) {
            if (!std::exchange(reported_, {}).empty()) log_.info("the counter of authenticated heartbeats is kept again");
            co_return;
        }
        not_kept(kept.error());
        if (kept.status() == KITH_UNSUPPORTED) state_.reset();
    }

  private:
    static constexpr std::int64_t one_second = 1'000'000'000;

    void not_kept(const kith::error &why) {
        if (std::exchange(reported_, why.text) == why.text) return;
        const bool no_state = why.status == KITH_UNSUPPORTED;
        log_.warning(
            std::string("the counter of authenticated heartbeats is not kept; should the clock be set back before the next "
                        "start, others refuse us for up to 10 minutes: ") +
                (no_state ? "configure `state_dir`" : "tried again each second"),
            {{"reason", why.text}});
    }

    const kith::clock &clock_;
    const kith::log &log_;
    std::optional<kith::state> state_;
    PacketCounter counter_;
    std::int64_t again_at_ = 0; // time of the next attempt
    std::string reported_;      // the reported reason of the failure
};

} // namespace gossip
