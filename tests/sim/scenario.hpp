// SPDX-License-Identifier: MIT
//
// A scenario: simulated hosts, the faults that affect them, and the expectations that must be met. Parsed from a JSON file; all its keys
// are in scenario.schema.json.
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

/// A selection of hosts, by their index in Scenario::hosts.
struct HostSelection {
    IndexSet hosts;
    bool up = false; ///< also all hosts on which kith runs at that moment
};

/// The text of a kith configuration.
struct ConfigText {
    std::string file;
    std::string
        text; ///< of a configuration inside the scenario: the scenario's text with all else blanked, so that lines and columns match
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
    std::optional<std::vector<std::string>> epmd; ///< names registered at its EPMD; empty: it has none
};

enum class FaultKind : std::uint8_t {
    kill,
    stop,
    start,
    restart,
    reload,
    crash,
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

/// Datagrams from addresses of no host, or replays of datagrams of hosts.
struct InjectedDatagrams {
    enum class Content : std::uint8_t { heartbeat, bytes, random, same, truncated, flipped, longer };
    Content content = Content::bytes;
    std::string text;       ///< the node name of a heartbeat, or the bytes
    std::size_t random = 0; ///< number of random bytes
    HostSelection of;       ///< whose datagrams are replayed
    std::string from, to;   ///< addresses; an empty `from` keeps the original one
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
    std::string plugin; ///< crash: an id; empty: each
    std::optional<testkit::Address> address;
    std::string path;
    std::optional<std::string> text;
    Texts env;
    std::optional<std::vector<std::string>> epmd; ///< empty: the EPMD is down
    bool epmd_up = false;                         ///< the EPMD is up, with its previous names
    InjectedDatagrams datagrams;
    std::string json; ///< the entry of the file in one line, for traces and reports
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
    Duration from{}, to{}; ///< at, by: evaluated at `to`; `some` counts events since `from`
    HostSelection hosts;
    std::string topology; ///< empty: the union of all topologies
    std::optional<PeerExpectation> members, links;
    std::optional<HostSelection> knows;
    std::optional<bool> stale, ready;
    std::optional<EventPattern> some, never;
    std::string json; ///< the entry of the file in one line
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
    std::vector<Fault> faults; ///< in file order
    std::vector<Expectation> expectations;
    HostSelection may_lose;
};

/// Reads a file that contains a configuration. Returns its text, or no text and the error in `.second`.
using ReadFile = std::function<std::pair<std::optional<std::string>, std::string>(const std::string &path)>;

/// Empty when the scenario has errors; diagnostics contains them in file order.
std::optional<Scenario> parse_scenario(std::string_view file_name, std::string_view text, const ReadFile &read_file,
                                       core::Diagnostics &diagnostics);

/// The address plus `steps`.
testkit::Address nth_address_after(testkit::Address address, std::size_t steps);

/// Replaces each `${NAME}` by its value; unknown names are not replaced.
std::string expand(std::string_view text, const Texts &names);

/// The values of `${...}` on this host: HOST, GROUP, N, ADDRESS, NODE, and the variables of `env`.
Texts variables_of(const HostSettings &host);

} // namespace kith::sim
