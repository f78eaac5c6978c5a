// SPDX-License-Identifier: MIT
//
// The file by which what an operator ordered for a topology (a pause, held peers) outlives kith: read at the start, before anybody is
// connected, and written when it has changed. A file that is damaged, or that another user could have written, is ignored, and this is logged.
#pragma once

#include <core/cluster/topology/topology.hpp>
#include <core/engine/engine_loop.hpp>
#include <core/engine/state_file.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

/// What the file contains; times are milliseconds since 1970.
struct StoredOverrides {
    std::int64_t paused_until = 0; ///< 0: it is not paused
    struct Held {
        std::string peer;
        std::int64_t until = 0;
        bool operator==(const Held &) const = default;
    };
    std::vector<Held> held;

    bool any() const { return paused_until != 0 || !held.empty(); }
    bool operator==(const StoredOverrides &) const = default;
};

std::string write_overrides(std::string_view topology, const StoredOverrides &overrides);
/// Nothing, and why, when the text is not of this topology or is damaged.
std::optional<StoredOverrides> read_overrides(std::string_view topology, std::string_view text, std::string &why);

class OverrideFile final : private StateFile::Owner {
  public:
    static constexpr std::size_t limit = 1u << 20;
    static constexpr Time read_bound = 2'000'000'000; // then nobody is withheld any longer; what is read later still counts
    static constexpr Time stop_bound = 2'000'000'000;
    static constexpr Time retry = 5'000'000'000; // after a write that failed

    /// All outlive it.
    OverrideFile(World &world, Logger &logger, EngineLoop &engine_loop, LiveTopology &topology, std::string path);
    OverrideFile(const OverrideFile &) = delete;
    OverrideFile &operator=(const OverrideFile &) = delete;

    /// After the topology's start.
    void start();
    /// In each turn.
    void advance(Time now);
    Time next_deadline() const;
    /// Before the topology stops.
    void stop(Time now);
    bool finished(Time now) const { return state_ != State::writing || now >= stop_until_; }

  private:
    enum class State : std::uint8_t { idle, reading, resting, writing };

    void was_read(std::int32_t status, std::string_view reason, std::string_view bytes, const kith_file_info *info) override;
    StoredOverrides accept(std::string_view bytes, const kith_file_info *info);
    void restore(const StoredOverrides &stored);
    StoredOverrides present() const;
    void write(Time now);
    void was_written(std::int32_t status, std::string_view reason) override;

    StateFile file_;
    EngineLoop &engine_loop_;
    LiveTopology &topology_;
    State state_ = State::idle;
    bool exists_ = false;       // the file, as far as is known
    std::uint64_t written_ = 0; // the revision of the overrides that it has
    Time read_until_ = never;
    Time write_at_ = 0;       // not before that
    Time stop_until_ = never; // stop() was called
    bool complained_ = false;
};

} // namespace kith::core
