// SPDX-License-Identifier: MIT
//
// The file that stores a topology's peers across restarts of kith (`policy.remember`). It is read once at the start and written
// when the peers have changed. The topology holds the peers of the file until their source has reported. A file that is
// damaged, too old, of another configuration, or writable by another user is not used: this is logged, and the topology starts
// without peers.
#pragma once

#include <core/cluster/topology/topology.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/remembered_peers_format.hpp>
#include <core/engine/state_file.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class RememberedPeersFile final : private StateFile::Owner {
  public:
    static constexpr Time batch = 1'000'000'000;          // from a change to its write
    static constexpr Time pause = 5'000'000'000;          // between two writes
    static constexpr Time pause_for_1000 = 1'000'000'000; // additional pause for each thousand peers
    static constexpr Time renewal =
        3'600'000'000'000; // written after this time without a change, because the file contains the time of the last report
    static constexpr Time retry = 1'000'000'000;       // after a failed write; `pause` applies too
    static constexpr Time stop_bound = 2'000'000'000;  // for the last write
    static constexpr std::int64_t oldest = 86'400'000; // milliseconds; an older file is not used
    static constexpr std::int64_t tolerance = 60'000;  // milliseconds in the future, as after a small correction of the clock

    /// Identifies a source of the topology, as RememberedSource does. In the order of SourceId.
    struct Origin {
        std::string name;
        std::string strategy;
        std::string config;
    };

    /// The arguments outlive the object.
    RememberedPeersFile(World &world, Logger &logger, EngineLoop &engine_loop, LiveTopology &topology, std::string path,
                        std::vector<Origin> origins);
    RememberedPeersFile(const RememberedPeersFile &) = delete;
    RememberedPeersFile &operator=(const RememberedPeersFile &) = delete;

    /// The sources have other options from now on.
    void set_origins(std::vector<Origin> origins) { origins_ = std::move(origins); }
    void start();
    /// Call it in each turn.
    void advance(Time now);
    Time next_deadline() const;
    /// Call it before the topology stops: writes the present peers.
    void stop(Time now);
    bool finished(Time now) const { return state_ != State::writing || now >= stop_until_; }

  private:
    enum class State : std::uint8_t { idle, reading, resting, writing };

    void was_read(std::int32_t status, std::string_view reason, std::string_view bytes, const kith_file_info *info) override;
    void restore(const RememberedTopology &known);
    std::string refusal(const RememberedSource &source, const Origin &origin) const;
    void hold(SourceId source, const RememberedSource &known, Time age);

    /// The text of the file; empty when no source has reported or is remembered.
    std::string render(Time now);
    void write(Time now);
    void begin_write(const std::string &text);
    void was_written(std::int32_t status, std::string_view reason) override;

    StateFile file_;
    EngineLoop &engine_loop_;
    LiveTopology &topology_;
    std::vector<Origin> origins_;
    State state_ = State::idle;
    std::uint64_t revision_ = 0; // the revision of the topology that is written, or being written
    std::string sum_;            // the checksum of the same
    Time due_ = never;           // time of the next write
    Time rested_ = 0;            // the earliest time of the next write
    Time renew_ = never;
    Time stop_until_ = never; // stop() was called
    std::string last_;        // the last text, written after the present write has ended
    std::string complaint_;   // the reason of the last write error, as it was logged
    bool crowded_ = false;    // it was logged that not all peers fit
};

} // namespace kith::core
