// SPDX-License-Identifier: MIT
//
// Records a run for the page of `kith sim --page`: what the API of each kith would report, whenever it changes, and its events. The
// document is the status page of the daemon with a slider, and with the recording as one JSON object:
//
//   version, scenario, about, seed, again, note
//   end       milliseconds, as all times: from the start of the run
//   faults    [{at, until, text}]
//   failures  [{at, host, what}]
//   values    what the others refer to by its index
//   hosts     [{name, frames, events}]
//     frame   [at, start of its kith or null, topologies, connectors, [peer...], [key of a peer that is gone...]]: what has changed
//     peer    [what it is, state, link, since, why it is not linked]
//     event   [at, event]
#pragma once

#include <tests/sim/simulation.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kith::sim {

class PageRecorder {
  public:
    static constexpr std::size_t default_limit = std::size_t{8} << 20;

    /// hosts: the names of those that are recorded; empty: all. limit: bytes of the recording. When it would be exceeded, the second half
    /// of the hosts is left out, again and again; the recording of a single host ends there.
    PageRecorder(const Scenario &scenario, const std::vector<std::string> &hosts, std::size_t limit = default_limit);

    /// To be called by Simulation::observe() and Simulation::observe_changes().
    void event(const Host &host, const core::StoredEvent &event, Duration now);
    void changed(const Host &host, Duration now);

    /// The HTML document. again: the command that repeats the run.
    std::string document(const SimulationResult &result, const std::string &again) const;
    /// What the limit left out, in a sentence; empty: nothing.
    std::string note() const;

  private:
    using Value = std::uint32_t; // index in values_
    static constexpr Value no_value = ~Value{0};
    static constexpr std::int64_t never = -1;

    struct Peer {
        Value key = 0, what = 0, state = 0, link = 0, why = no_value;
        std::int64_t since = never;
        bool same_but_why(const Peer &other) const {
            return what == other.what && state == other.state && link == other.link && since == other.since;
        }
    };
    struct Frame {
        std::int64_t at = 0, started = never;
        Value topologies = 0, connectors = 0;
        std::vector<Peer> peers{};
        std::vector<Value> gone{};
    };
    struct HostRecording {
        std::string name;
        std::vector<Frame> frames{};
        std::vector<std::pair<std::int64_t, Value>> events{};
        std::map<Value, Peer> last{};    // by key
        std::set<std::string> touched{}; // names that events have named since the last frame
        bool all_touched = true;         // any peer may have changed
    };

    HostRecording *recording_of(const Host &host);
    Value value(std::string json);
    Value text(std::string_view text);
    Value topologies(const core::EngineView &view);
    Value connectors(const core::EngineView &view);
    Peer peer(const core::EngineView &view, const core::TopologyView &topology, const core::LiveTopology::PeerDetails &details,
              const HostRecording &host);
    void read_all(const core::EngineView &view, HostRecording &host, Frame &frame);
    void read_touched(const core::EngineView &view, HostRecording &host, Frame &frame);
    void add(HostRecording &host, Frame frame);
    void keep_limit();
    void count_bytes();
    void mark_used(const HostRecording &host, std::vector<bool> &used) const;

    const Scenario &scenario_;
    const std::size_t limit_;
    std::size_t wanted_hosts_ = 0;
    std::vector<std::size_t> slots_; // index in hosts_ for each host of the scenario, or more than there are
    std::vector<HostRecording> hosts_;
    std::deque<std::string> values_; // JSON without <
    std::unordered_map<std::string_view, Value> index_;
    std::size_t bytes_ = 0;
    std::int64_t end_ = never; // when the recording ended before the run did
};

} // namespace kith::sim
