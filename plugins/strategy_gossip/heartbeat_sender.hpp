// SPDX-License-Identifier: MIT
//
// Sends heartbeats to all targets by the schedule.
#pragma once

#include "envelope.hpp"
#include "heartbeat_schedule.hpp"
#include "own_name_conflict_detector.hpp"
#include "packet_counter_store.hpp"
#include "packet_metrics.hpp"
#include "settings.hpp"
#include "socket_errors.hpp"

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
        const OwnNameConflictDetector &own;
        std::optional<kith::udp_socket> &socket;
        PacketCounterStore &counter;
        SocketErrors &errors;
        PacketMetrics &tally;
        const kith::clock &clock;
        const kith::random &random;
        const kith::log &log;
    };
    /// The arguments outlive the object. on_unsent: called when heartbeats cannot be sent, for another reason than before.
    HeartbeatSender(kith::host h, const Parts &parts, std::function<void()> on_unsent)
        : parts_(parts), on_unsent_(std::move(on_unsent)), poke_(h) {}

    /// Call it before all other functions.
    void start() { schedule_.emplace(parts_.settings.interval.count(), now()); }
    /// Sends heartbeats without end.
    kith::task<> run();
    /// Sends one packet, also after the last heartbeat.
    kith::task<> send(Kind what, std::chrono::nanoseconds timeout);

    /// Sends a heartbeat now.
    void send_at_once();
    /// New neighbours wait for a heartbeat: schedules one soon.
    void answer(std::int64_t now, std::size_t others) { schedule_->answer(now, parts_.random(), others); }
    /// The schedule has changed.
    void look_again() { poke_.notify(); }
    /// The time since the last heartbeat.
    [[nodiscard]] std::chrono::nanoseconds silent_for() const { return std::chrono::nanoseconds(now() - last_); }

  private:
    [[nodiscard]] std::int64_t now() const noexcept { return parts_.clock.monotonic().count(); }

    const Parts parts_;
    std::function<void()> on_unsent_;
    std::optional<HeartbeatSchedule> schedule_; // from start on
    kith::signal poke_;                         // wakes run() when the schedule has changed
    std::int64_t last_ = INT64_MIN / 2;
};

} // namespace gossip
