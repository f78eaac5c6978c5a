// SPDX-License-Identifier: MIT
//
// Schedules the queries of the hosts of the file: which EPMD is queried when, what each has replied, and when to report. Uses no sockets
// and no clock.
//
// A report is always the whole set. It contains the last known nodes of a host that could not be queried, so a failure neither removes
// the nodes of that host nor prevents nodes of other hosts from being counted as missing. Only when no host at all could be queried is
// the report a failure.
//
// Hosts that replied to their last query do not wait for those that did not: each kind has its own slots, and a report waits for the
// first kind only, and only for a limited time.
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

/// What to report: either `failed`, or the other members.
struct Report {
    std::optional<kith::error> failed;
    std::vector<kith::peer> peers;
    std::uint32_t unasked = 0; // number of hosts that could not be queried ...
    std::string unasked_why;   // ... and the first reasons, with their hosts
    std::uint32_t tools = 0, invalid_names = 0, unmatched = 0;
    std::vector<std::string> lost,
        found; // hosts that fail since the last report, with the reason; hosts that reply again
};

class HostQueryScheduler {
  public:
    static constexpr std::size_t slots = 16; // maximum of concurrent queries for each kind of host
    static constexpr Time slow_host_limit = std::chrono::milliseconds(1000); // maximum time that a report waits for slow hosts

    /// jitter: returns a random delay for a mean one. match: empty accepts all nodes.
    HostQueryScheduler(Time interval, std::optional<Glob> match, std::function<Time(Time)> jitter);
    ~HostQueryScheduler();

    /// Sets the hosts of the file. Returns the keys of peers whose host is no longer in it.
    std::vector<std::string> set(std::span<const std::string> hosts, Time now);

    enum class Which : std::uint8_t {
        due,   // hosts that failed and whose delay is over
        round, // these, and all that replied or were never queried
        all,   // all hosts at once; a report follows in any case
    };
    void begin(Which which, Time now);

    struct Query {
        std::string host;
        std::uint64_t ticket;
        bool doubtful;
    };
    /// The next query to send now, if any. Each query ends with answered() or failed().
    std::optional<Query> next();
    void answered(const Query &job, const epmd_names::Reply &reply, Time now);
    void failed(const Query &job, kith::error why, Time now);

    /// When the next failed host must be queried again.
    [[nodiscard]] std::optional<Time> next_due() const;
    /// When the next report is due; can be in the past.
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
    std::set<std::pair<Time, std::string_view>> due_; // failed hosts and when they are queried again
    std::array<std::deque<Query>, 2> waiting_;        // queued queries of hosts that reply, and of doubtful hosts
    std::array<std::size_t, 2> running_{};            // queries in progress
    std::array<std::size_t, 2> open_{};               // hosts that are queued or being queried
    std::size_t good_ = 0;                            // hosts that replied to their last query
    std::uint64_t ticket_ = 0;
    std::optional<Time> unreported_since_; // since when there is something to report
};

} // namespace erlang_hosts
