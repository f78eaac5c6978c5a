// SPDX-License-Identifier: MIT
//
// The time from the end of an attachment, or of an attempt, to the next attempt.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace kith::erlang {

/// How an attempt to attach ended.
enum class AttachOutcome : std::uint8_t {
    attached, // and the session has ended since
    failed,   // a cause that may pass
    hung_up,  // the node ended the connection before it answered anything
    unlisted, // EPMD answers and does not list the node, or lists several without a name to choose by
    refused,  // nothing that kith could do by itself would change it
};

class ReattachDelay {
  public:
    using Time = std::chrono::nanoseconds; // monotonic
    static constexpr Time first = std::chrono::milliseconds(250);
    static constexpr Time longest = std::chrono::seconds(3);
    /// Fewer than two attempts a minute, since each is a line in the node's log.
    static constexpr Time when_refused = std::chrono::seconds(34);
    /// So many in a row, and a node that hangs up is regarded as one that refuses: a node that is ending hangs up too.
    static constexpr int most_hang_ups = 3;
    /// A node that was never attached and is unlisted for so long is regarded as one that does not listen; one that is starting is listed
    /// earlier, and one that was attached before does listen.
    static constexpr Time unlisted_for = std::chrono::seconds(30);

    struct Delay {
        Time mean;
        double jitter; // share of the mean
    };
    /// now: when the attempt ended.
    Delay next(AttachOutcome outcome, Time now);

    /// The node is regarded as one that does not listen.
    bool seems_not_to_listen() const noexcept { return seems_not_to_listen_; }

  private:
    Time pause_ = first;
    int hang_ups_ = 0; // in a row
    bool was_attached_ = false;
    std::optional<Time> unlisted_since_;
    bool seems_not_to_listen_ = false;
};

} // namespace kith::erlang
