// SPDX-License-Identifier: MIT
//
// The file by which a topology's peers outlive kith (`policy.remember`): read once at the start, written when they have changed. What is
// in it is handed to the topology, which holds these peers until their source has looked. A file that is damaged, too old, of
// another configuration, or that somebody else could have written is not used: the log says so, and the topology begins with nothing.
#pragma once

#include <core/cluster/topology/topology.hpp>
#include <core/engine/logger.hpp>
#include <core/engine/loop_client.hpp>
#include <core/engine/remembered_peers_format.hpp>
#include <kith/hosting/world.hpp>
#include <kith/service/file.h>

#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class RememberedPeersFile final : private Tenant {
  public:
    static constexpr Time batch = 1'000'000'000;          // from a change to its writing
    static constexpr Time pause = 5'000'000'000;          // between two writings, ...
    static constexpr Time pause_for_1000 = 1'000'000'000; // ... and so much longer for each thousand peers
    static constexpr Time renewal = 3'600'000'000'000;    // without a change, because the file tells how old it is
    static constexpr Time retry = 1'000'000'000;          // after one that failed; `pause` holds, too
    static constexpr Time stop_bound = 2'000'000'000;     // for the last one
    static constexpr std::int64_t oldest = 86'400'000;    // milliseconds: then it is not used any more
    static constexpr std::int64_t tolerance = 60'000; // milliseconds in the future, as after a small correction of the clock

    /// Of each source of the topology, in the order of their ids: as in RememberedSource.
    struct Origin {
        std::string name;
        std::string strategy;
        std::string config;
    };

    /// All outlive it.
    RememberedPeersFile(World &world, Logger &logger, LoopClient &loop_client, LiveTopology &topology, std::string path,
                        std::vector<Origin> origins);
    ~RememberedPeersFile();
    RememberedPeersFile(const RememberedPeersFile &) = delete;
    RememberedPeersFile &operator=(const RememberedPeersFile &) = delete;

    void start();
    /// In each turn.
    void advance(Time now);
    Time next_deadline() const;
    /// Before the topology stops: writes what it knows now.
    void stop(Time now);
    bool finished(Time now) const { return state_ != State::writing || now >= stop_until_; }

  private:
    enum class State : std::uint8_t { idle, reading, resting, writing };

    const void *service(std::string_view id) noexcept override;
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }

    void was_read(std::int32_t status, std::string_view text, std::string_view bytes, const kith_file_info *info);
    void restore(const RememberedTopology &known);
    std::string refusal(const RememberedSource &source, const Origin &origin) const;
    void hold(SourceId source, const RememberedSource &known, Time age);

    /// The whole file; empty when there is nothing to tell.
    std::string render(Time now);
    void write(Time now);
    void begin_write(const std::string &text);
    void was_written(std::int32_t status, std::string_view text);

    void say(std::uint32_t level, std::string_view message, std::string_view reason);

    World &world_;
    Logger &logger_;
    LoopClient &loop_client_;
    LiveTopology &topology_;
    std::string path_;
    std::string who_; // in the log
    std::vector<Origin> origins_;
    kith_host handle_{};
    const kith_file_host *files_;
    std::string refused_; // the text of a call that was refused
    State state_ = State::idle;
    std::uint64_t revision_ = 0; // of the topology: what is written, or being written
    std::string sum_;            // of the same
    Time due_ = never;           // the next writing
    Time rested_ = 0;            // no earlier than this
    Time renew_ = never;
    Time stop_until_ = never; // stop() was called
    std::string last_;        // to be written after the present one, at the end
    std::string complaint_;   // the reason why it cannot be written, as it was told
    bool crowded_ = false;    // it was told that not all have room
};

} // namespace kith::core
