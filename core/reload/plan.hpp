// SPDX-License-Identifier: MIT
//
// What a new configuration changes in a running kith: which parts start, stop, are started anew or take a new policy, and by which keys.
// Pure: two configurations in, a plan out. No value of an option is in a plan, since options hold secrets.
#pragma once

#include <core/config/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

struct ReloadPlan {
    enum class Kind : std::uint8_t { connector, topology, strategy, sink, settings };
    enum class Action : std::uint8_t {
        added,
        removed,
        restarted, ///< its instance is stopped, and another one started with the new options
        rebuilt,   ///< a topology: another connector or other strategies; a connector, a sink: another plugin
        changed,   ///< it goes on, and takes the new values
    };
    struct Part {
        Kind kind = Kind::topology;
        Action action = Action::added;
        std::string name;              ///< of a strategy TOPOLOGY.NAME; of settings empty
        std::vector<std::string> keys; ///< that differ, such as policy.grace or config.hosts; for added and removed none

        bool operator==(const Part &) const = default;
    };
    /// In the order connectors, topologies with their strategies, sinks, settings. What does not change is not in it.
    std::vector<Part> parts;
    /// Keys that cannot be changed while kith runs.
    std::vector<std::string> refused;

    bool empty() const { return parts.empty() && refused.empty(); }
    const Part *find(Kind kind, std::string_view name) const;
};

std::string_view to_string(ReloadPlan::Kind kind);
std::string_view to_string(ReloadPlan::Action action);

/// Both have passed load().
ReloadPlan plan_reload(const Config &running, const Config &next);

/// Members of the options that differ, by name, each with "config." before it; sorted. Both are JSON objects.
std::vector<std::string> differing_options(std::string_view running, std::string_view next);

/// Strings in arrays of the running options that the next ones do not have in the same array: such as a host that was taken out of a list.
std::vector<std::string> removed_strings(std::string_view running, std::string_view next);

/// "topology app: started anew by connector": one line for each part, for people.
std::vector<std::string> describe(const ReloadPlan &plan);

} // namespace kith::core
