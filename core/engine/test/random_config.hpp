// SPDX-License-Identifier: MIT
//
// Random configurations of scripted plugins, as the configuration loader would return them, and random changes of one.
#pragma once

#include <core/cluster/base/random.hpp>
#include <core/config/config.hpp>
#include <core/reload/find_named.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core::test {

class RandomConfig {
  public:
    static constexpr std::array<const char *, 3> topology_names{"t", "u", "v"};
    static constexpr std::array<const char *, 2> source_names{"s", "x"};
    static constexpr std::array<const char *, 2> connector_names{"c", "d"};
    static constexpr std::array<const char *, 2> sink_names{"k", "l"};

    explicit RandomConfig(Random &random) : random_(random) {}

    Config first() {
        Config config;
        for (const char *name : connector_names) config.connectors.push_back(connector(name));
        if (chance(50)) config.connectors.pop_back();
        for (const char *name : topology_names) {
            if (config.topologies.empty() || chance(50)) config.topologies.push_back(topology(name, config));
        }
        for (const char *name : sink_names) {
            if (chance(50)) config.sinks.push_back(sink(name));
        }
        return config;
    }

    // Each part stays as it is, changes, is removed or added.
    Config changed(const Config &before) {
        Config config;
        for (const char *name : connector_names) {
            const auto *old = find_named(before.connectors, name);
            if (!config.connectors.empty() && chance(30)) continue;
            config.connectors.push_back(old != nullptr && chance(60) ? *old : connector(name));
        }
        for (const char *name : topology_names) {
            const auto *old = find_named(before.topologies, name);
            if (old == nullptr ? chance(60) : chance(20)) continue;
            config.topologies.push_back(old != nullptr ? changed(*old, config) : topology(name, config));
        }
        if (config.topologies.empty()) config.topologies.push_back(topology("t", config));
        for (const char *name : sink_names) {
            const auto *old = find_named(before.sinks, name);
            if (old == nullptr ? chance(60) : chance(20)) continue;
            config.sinks.push_back(old != nullptr && chance(50) ? *old : sink(name));
        }
        return config;
    }

  private:
    bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
    template <class T>
    T any(std::initializer_list<T> values) {
        return *(values.begin() + random_.below(values.size()));
    }
    const char *plugin() { return chance(80) ? "puppet" : "other"; }
    std::vector<std::string> some(std::string_view pattern_end, std::uint64_t percent) {
        std::vector<std::string> out;
        for (char digit = '0'; digit < '8'; ++digit) {
            if (chance(percent)) out.push_back(std::string("p") + digit + std::string(pattern_end));
        }
        return out;
    }

    // Two connectors never serve the same node.
    ConnectorInstance connector(const std::string &name) {
        const std::string node = name == "c" ? any({"n@h", "p0@h"}) : any({"m@h", "p1@h"});
        return {name, plugin(), R"({"node":")" + node + R"(","more":)" + any({"1", "2"}) + "}"};
    }

    Source source(const std::string &name) {
        std::string peers;
        for (const std::string &peer : some("@h", 50)) peers += (peers.empty() ? "\"" : ",\"") + peer + '"';
        return {name, plugin(),
                R"({"peers":[)" + peers + R"(],"reports":")" + any({"sets", "leases", "changes"}) + R"(","late":)" +
                    any({"true", "false"}) + "}",
                true};
    }

    Topology topology(const std::string &name, const Config &config) {
        Topology out{name, sources(), any_connector(config), policy()};
        return out;
    }

    std::vector<Source> sources() {
        std::vector<Source> out{source(source_names[0])};
        if (chance(40)) out.push_back(source(source_names[1]));
        if (chance(20)) std::reverse(out.begin(), out.end());
        return out;
    }

    std::string any_connector(const Config &config) { return config.connectors[random_.below(config.connectors.size())].name; }

    Topology changed(const Topology &before, const Config &config) {
        Topology out = before;
        if (find_named(config.connectors, out.connector) == nullptr || chance(20)) out.connector = any_connector(config);
        if (chance(20)) out.sources = sources();
        for (Source &each : out.sources) {
            if (chance(30)) each = source(each.name);
        }
        if (chance(40)) out.policy = policy();
        return out;
    }

    Policy policy() {
        using namespace std::chrono_literals;
        Policy out;
        out.name = any({"", "", "x-{name}"});
        if (chance(20)) out.self = some("@*", 20);
        if (chance(20)) out.include = some("@*", 70);
        if (chance(20)) out.exclude = some("@*", 20);
        out.merge = any({Merge::union_of_all, Merge::first});
        out.grace = any({0ms, 10'000ms, 60'000ms});
        out.confirm = any({1U, 3U});
        out.guard = chance(50);
        out.max_removal = any({0.0, 0.5, 1.0});
        out.hold = any({30'000ms, 600'000ms});
        out.prune = any({Prune::disconnect, Prune::keep, Prune::report});
        out.min_peers = any({0U, 2U});
        out.connect_parallel = any({1U, 2U, 16U});
        out.connect_timeout = any({2'000ms, 8'000ms});
        out.backoff_max = any({8'000ms, 60'000ms});
        return out;
    }

    Sink sink(const std::string &name) {
        return {name, "puppet", std::string(R"({"more":)") + any({"1", "2"}) + "}",
                chance(50) ? std::vector<std::string>{} : std::vector<std::string>{"peer.*"}};
    }

    Random &random_;
};

} // namespace kith::core::test
