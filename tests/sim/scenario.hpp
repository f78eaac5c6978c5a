// SPDX-License-Identifier: MIT
//
// A scenario: hosts in a simulated world, what happens to them and when, and what must hold. Read from a JSON file whose every key is
// in scenario.schema.json.
#pragma once

#include <core/config/diagnostics.hpp>
#include <kith/testkit/address.hpp>
#include <tests/sim/duration.hpp>
#include <tests/sim/index_set.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::sim {

using Texts = std::map<std::string, std::string>;

/// A share of hosts, by their index in Scenario::hosts.
struct HostSelection {
    IndexSet hosts;
    bool up = false; ///< besides: all whose kith runs at that moment
};

/// A kith configuration as it stands in a file.
struct ConfigText {
    std::string file;
    std::string text; ///< where it is a part of the scenario, the rest is blank: lines and columns are those of the scenario
};

struct HostSettings {
    std::string name, group;
    std::size_t number = 1; ///< within its group
    testkit::Address address;
    std::string node;
    Texts env;
    Texts files;
    std::size_t config = 0; ///< index in Scenario::configs
    Duration start_least{}, start_most{};
    std::optional<std::vector<std::string>> epmd; ///< names it knows
};

enum class FaultKind : std::uint8_t {
    kill,
    stop,
    start,
    restart,
    power_off,
    partition,
    loss,
    duplicate,
    reorder,
    multicast,
    deaf,
    hears_itself,
    no_groups,
    mute,
    full,
    denied,
    no_route,
    interface_down,
    interface_gone,
    occupied,
    clock,
    address,
    file,
    env,
    epmd,
    inject,
    replay,
};

/// Datagrams of strangers, or those of hosts once more.
struct InjectedDatagrams {
    enum class Content : std::uint8_t { heartbeat, bytes, random, same, truncated, flipped, longer };
    Content content = Content::bytes;
    std::string text;       ///< the node's name of a heartbeat; bytes
    std::size_t random = 0; ///< bytes
    HostSelection of;       ///< whose datagrams are replayed
    std::string from, to;   ///< addresses; from: empty, as it was
    std::uint16_t port = 0;
    std::size_t count = 1;
};

struct Fault {
    FaultKind kind{};
    Duration at{};
    std::optional<Duration> until;
    HostSelection hosts;
    std::vector<HostSelection> sets; ///< partition
    double share = 0;
    Duration jump{};
    std::uint16_t port = 0;
    std::optional<testkit::Address> address;
    std::string path;
    std::optional<std::string> text;
    Texts env;
    std::optional<std::vector<std::string>> epmd; ///< nothing: down
    bool epmd_up = false;                         ///< with the names it had
    InjectedDatagrams datagrams;
    std::string json; ///< of the file, for traces and reports: "kill app7"
};

struct PeerExpectation {
    std::optional<HostSelection> exactly;
    std::size_t least = 0;
    std::size_t most = SIZE_MAX;
};

struct EventPattern {
    std::uint64_t kinds = 0;    ///< bit (1 << kind)
    std::string source, reason; ///< globs, or empty
    std::optional<HostSelection> peer;
};

struct Expectation {
    enum class When : std::uint8_t { at, by, throughout };
    When when = When::at;
    Duration from{}, to{}; ///< at, by: the moment is `to`; `from` is where `some` begins to count
    HostSelection hosts;
    std::string topology; ///< empty: all together
    std::optional<PeerExpectation> members, links;
    std::optional<HostSelection> knows;
    std::optional<bool> stale, ready;
    std::optional<EventPattern> some, never;
    std::string json; ///< the object as it stands in the file, in one line
    std::uint32_t line = 0;
};

struct NetworkConditions {
    std::optional<std::pair<Duration, Duration>> delay;
    double loss = 0, duplicate = 0, reorder = 0;
    bool multicast = true;
    Duration tick{};
};

struct Scenario {
    std::string file;
    std::string about;
    std::uint64_t seed = 1;
    Duration duration{};
    std::vector<HostSettings> hosts;
    std::vector<ConfigText> configs;
    NetworkConditions network;
    std::vector<Fault> faults; ///< in the order of the file
    std::vector<Expectation> expectations;
    HostSelection may_lose;
};

/// Whole files, for a configuration that stands in one of its own; an error as text in .second.
using ReadFile = std::function<std::pair<std::optional<std::string>, std::string>(const std::string &path)>;

/// Nothing when there is an error; all that can be found are in diagnostics, in the order of the file.
std::optional<Scenario> parse_scenario(std::string_view file_name, std::string_view text, const ReadFile &read_file,
                                       core::Diagnostics &diagnostics);

/// The address that comes so many after this one.
testkit::Address nth_address_after(testkit::Address address, std::size_t steps);

/// `${NAME}` by these; unknown names stay as they are.
std::string expand(std::string_view text, const Texts &names);

/// What `${...}` stands for on this host, whatever its configuration and environment: HOST, GROUP, N, ADDRESS, NODE, and `env`.
Texts variables_of(const HostSettings &host);

} // namespace kith::sim
