// SPDX-License-Identifier: MIT
//
// Handles received packets: opens them, checks that they are new, and updates the neighbours, the reports to core and the
// logged errors. It uses no sockets and no tasks.
#pragma once

#include "duplicate_names.hpp"
#include "envelope.hpp"
#include "medium_liveness.hpp"
#include "neighbour_table.hpp"
#include "new_neighbour_limiter.hpp"
#include "opened_packet_batch.hpp"
#include "own_name_conflict_detector.hpp"
#include "packet_error_log.hpp"
#include "packet_metrics.hpp"
#include "peer_reports.hpp"
#include "replay_filter.hpp"
#include "settings.hpp"

#include <kith/clock.hpp>
#include <kith/log.hpp>
#include <kith/udp.hpp>

#include <cstdint>
#include <string_view>

namespace gossip {

/// Receives the results of handled packets.
class ReceiverEvents {
  public:
    /// Called once for each batch, before its packets are handled.
    virtual void on_sign_of_life(std::int64_t now) = 0;
    virtual void on_newcomer(std::int64_t now) = 0;
    /// The local node's name was received from an address that may not be ours: see OwnNameConflictDetector::checked.
    virtual void on_own_name(const kith_address &from, Mark mark) = 0;

  protected:
    ~ReceiverEvents() = default;
};

class HeartbeatReceiver {
  public:
    struct Parts {
        Envelope &envelope;
        NeighbourTable &neighbours;
        OwnNameConflictDetector &own;
        PeerReports &reports;
        PacketMetrics &tally;
        const kith::clock &clock;
        const kith::log &log;
    };
    /// The arguments outlive the object.
    HeartbeatReceiver(const Settings &settings, std::uint64_t seed, const Parts &parts, ReceiverEvents &events);

    void take(const kith::datagrams &batch, const MediumLiveness &medium);

    /// The number of refused packets, and why the last one was refused.
    [[nodiscard]] std::uint32_t left_out() const noexcept { return left_out_; }
    [[nodiscard]] std::string_view why_left_out() const noexcept { return why_; }

  private:
    /// The clocks, read once for each batch.
    struct Moment {
        std::int64_t time; // monotonic nanoseconds
        std::int64_t wall; // milliseconds since 1970; 0 without authentication
    };
    void take_plain(const kith::datagrams &batch, const MediumLiveness &medium);
    void take_any(const kith_datagram &datagram, std::int64_t time, const MediumLiveness &medium, bool &sign);
    [[nodiscard]] bool opens(const kith_datagram &datagram, const Opened &heard);
    void see_sign(std::int64_t time, bool &sign);
    void hear_all(std::span<const OpenedPacket> packets, const Moment &now, const MediumLiveness &medium, bool &sign);
    bool is_new(const Opened &heard, const kith_datagram &datagram, const Moment &now);
    void hear(const Opened &heard, NeighbourTable::Hash hash, const kith_datagram &datagram, std::int64_t time,
              Hearing hearing);
    void hear_goodbye(const Opened &heard, NeighbourTable::Index known, bool present);
    bool add(std::string_view name, const kith_datagram &datagram, std::int64_t time, Hearing hearing, Mark from);
    void hear_elsewhere(NeighbourTable::Index known, NeighbourTable::Hash hash, const kith_address &from, std::int64_t time);
    void leave_out(Heard what, const kith_datagram &datagram, std::string_view why);
    [[nodiscard]] std::int64_t now() const noexcept { return parts_.clock.monotonic().count(); }

    const Parts parts_;
    ReceiverEvents &events_;
    const bool plain_, stamped_;
    NewNeighbourLimiter new_neighbour_limiter_;
    ReplayFilter replay_filter_;
    DuplicateNames duplicate_names_;
    std::uint64_t mark_seed_; // seed of mark_of
    PacketErrorLog packet_errors_;
    std::uint32_t left_out_ = 0;
    std::string_view why_;
};

} // namespace gossip
