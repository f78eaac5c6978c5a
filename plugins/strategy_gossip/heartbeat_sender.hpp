// SPDX-License-Identifier: MIT
//
// What is said: a heartbeat when the schedule says so, to all targets.
#pragma once

#include "envelope.hpp"
#include "heartbeat_schedule.hpp"
#include "medium_faults.hpp"
#include "own_name.hpp"
#include "packet_counter_store.hpp"
#include "packet_metrics.hpp"
#include "settings.hpp"

#include <kith/clock.hpp>
#include <kith/log.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>
#include <kith/udp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace gossip {

class HeartbeatSender {
  public:
    struct Parts {
        const Settings &settings;
        Envelope &envelope;
        const OwnName &own;
        std::optional<kith::udp_socket> &socket;
        PacketCounterStore &counter;
        MediumFaults &faults;
        PacketMetrics &tally;
        const kith::clock &clock;
        const kith::random &random;
        const kith::log &log;
    };
    /// All that is handed in outlives it. on_unsent: heartbeats cannot be sent, for another reason than before.
    HeartbeatSender(kith::host h, const Parts &parts, std::function<void()> on_unsent)
        : parts_(parts), on_unsent_(std::move(on_unsent)), poke_(h) {}

    /// Before anything else is called: time begins to count.
    void start() { schedule_.emplace(parts_.settings.interval.count(), now()); }
    /// Sends heartbeats for ever.
    kith::task<> run();
    /// One packet, also after the last heartbeat.
    kith::task<> send(Kind what, std::chrono::nanoseconds timeout);

    /// Something that all should know.
    void send_at_once();
    /// Newcomers wait for a heartbeat of ours: one is sent soon.
    void answer(std::int64_t now, std::size_t others) { schedule_->answer(now, parts_.random(), others); }
    /// An answer was given that may change when the next heartbeat is due.
    void look_again() { poke_.notify(); }
    /// How long ago the last one was.
    [[nodiscard]] std::chrono::nanoseconds silent_for() const { return std::chrono::nanoseconds(now() - last_); }

  private:
    [[nodiscard]] std::int64_t now() const noexcept { return parts_.clock.monotonic().count(); }

    const Parts parts_;
    std::function<void()> on_unsent_;
    std::optional<HeartbeatSchedule> schedule_; // from start on
    kith::signal poke_;                         // run: look again when it is time
    std::int64_t last_ = INT64_MIN / 2;
};

} // namespace gossip
