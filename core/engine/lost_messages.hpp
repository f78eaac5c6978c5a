// SPDX-License-Identifier: MIT
//
// Counts lost messages, and publishes them as `message.lost` events: at once, and then once a second as long as there are new ones, since a full
// queue can lose any number of messages.
#pragma once

#include <core/cluster/base/time.hpp>
#include <core/cluster/events/event_bus.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class LostMessages {
  public:
    static constexpr Time period = one_second;
    static constexpr std::size_t most = 16; // events of one period; further losses are counted in one more

    LostMessages(EventBus &bus, std::string connector) : bus_(bus), connector_(std::move(connector)) {}

    void add(std::string_view peer, std::string_view channel, std::uint64_t count, std::int32_t status, std::string_view text);
    /// Publishes what is due.
    void advance(Time now);
    /// `never` when nothing is to be published.
    Time next_deadline() const { return losses_.empty() ? never : due_; }

  private:
    struct Loss {
        std::string peer, channel, text;
        std::int32_t status = KITH_OK;
        std::uint64_t count = 0;
    };
    EventBus &bus_;
    std::string connector_;
    std::vector<Loss> losses_;
    Time due_ = 0;
};

} // namespace kith::core
