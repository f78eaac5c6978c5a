// SPDX-License-Identifier: MIT
//
// The hosts of the file: whose EPMD is to be asked when, what each has said, and when to tell of it. No sockets and no clock.
//
// What is told is always the whole set. A host that could not be asked has its last known nodes in it, so that its trouble neither takes
// its own nodes away nor keeps the others' from being counted as missing. Only when no host at all could be asked is that a failure to
// look.
//
// Hosts that answered when they were last asked do not wait for those that did not: each kind has places of its own, and a telling
// waits for the first kind alone, and not for long.
#pragma once

#include "node_name_glob.hpp"

#include <epmd_names/names_reply.hpp>
#include <kith/peer.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace erlang_hosts {

using Time = std::chrono::nanoseconds; // of the monotonic clock

/// What to say. Either `failed`, or the rest.
struct Report {
    std::optional<kith::error> failed;
    std::vector<kith::peer> peers;
    std::uint32_t unasked = 0; // hosts that could not be asked ...
    std::string unasked_why;   // ... and the first reasons, with their hosts
    std::uint32_t tools = 0, invalid_names = 0, unmatched = 0;
    std::vector<std::string> lost,
        found; // hosts that could not be asked since the last telling, with the reason; that can again
};

class HostPoller {
  public:
    static constexpr std::size_t slots = 16;                                 // for each kind of host
    static constexpr Time slow_host_limit = std::chrono::milliseconds(1000); // a telling waits so long for hosts that are slow

    /// jitter: makes a time to wait of a mean one. match: empty takes all.
    HostPoller(Time interval, std::optional<Glob> match, std::function<Time(Time)> jitter);
    ~HostPoller();

    /// The file says so. Returns the keys of peers whose host is not in it any more.
    std::vector<std::string> set(std::span<const std::string> hosts, Time now);

    enum class Which : std::uint8_t {
        due,   // those that failed, and whose pause is over
        round, // and all that answered, or were never asked
        all,   // at once; it is told of in any case
    };
    void begin(Which which, Time now);

    struct Query {
        std::string host;
        std::uint64_t ticket;
        bool doubtful;
    };
    /// Whom to ask now. Each job is ended by `answered` or `failed`.
    std::optional<Query> next();
    void answered(const Query &job, const epmd_names::Reply &reply, Time now);
    void failed(const Query &job, kith::error why, Time now);

    /// When a host that failed is to be asked again.
    [[nodiscard]] std::optional<Time> next_due() const;
    /// When there is something to tell; may be over already.
    [[nodiscard]] std::optional<Time> report_at() const;
    Report take_report();

    [[nodiscard]] std::size_t size() const noexcept { return hosts_.size(); }

  private:
    struct Host;
    void enqueue(Host &host, bool doubtful);
    Host *of(const Query &job);
    void mark_unreported(Time now) {
        if (!unreported_since_) unreported_since_ = now;
    }

    const Time interval_;
    const std::optional<Glob> match_;
    const std::function<Time(Time)> jitter_;
    std::vector<std::unique_ptr<Host>> hosts_; // in the order of the file
    std::unordered_map<std::string_view, Host *> by_name_;
    std::set<std::pair<Time, std::string_view>> due_; // those that failed and wait for their time
    std::array<std::deque<Query>, 2> waiting_;        // of those that answer, and of the doubtful ones
    std::array<std::size_t, 2> running_{};            // jobs that were given out
    std::array<std::size_t, 2> open_{};               // hosts that wait, or are being asked
    std::size_t good_ = 0;                            // hosts that answered when they were last asked
    std::uint64_t ticket_ = 0;
    std::optional<Time> unreported_since_; // since when
};

} // namespace erlang_hosts
