// SPDX-License-Identifier: MIT
//
// The content of a configuration file as typed values, in the shape of the file: no plugin is found and no name is resolved yet.
// Only the options of plugins remain JSON, because each plugin's schema describes its own.
#pragma once

#include <core/config/config.hpp>
#include <core/config/source_location.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kith::core {

// A member of an object in the file. The value is the default when the member is absent or has a wrong type, which the check by
// schema.json has reported.
template <class T>
struct FileMember {
    T value{};
    bool present = false;
    SourceLocation location; // of the object around it, when the text does not contain the member
};

// The options of a plugin: empty when the member is absent, none when it is not an object.
using OptionsMember = FileMember<std::optional<boost::json::object>>;

struct ConnectorEntry {
    std::string name; // key in `connectors`
    SourceLocation location;
    FileMember<std::string> plugin;
    OptionsMember options;
    IsolateSetting isolate;
};

// A strategy of a topology: an element of `strategies`, or the members `strategy` and `config` of the topology.
struct StrategyEntry {
    FileMember<std::string> name;
    FileMember<std::string> plugin;
    OptionsMember options;
    IsolateSetting isolate;
};

// `connect`, `disconnect` or `list_nodes` of a topology, which is libcluster's form.
struct LibclusterCall {
    std::string key;
    std::optional<boost::json::array> value; // [module, function, [arguments]]; none: it has another form
    SourceLocation location;
};

struct TopologyEntry {
    std::string name;
    SourceLocation location;
    StrategyEntry strategy;
    FileMember<std::vector<StrategyEntry>> strategies;
    FileMember<std::string> connector;
    OptionsMember connector_options;
    FileMember<IsolateSetting> connector_isolate;
    std::vector<LibclusterCall> calls; // those that are present
    FileMember<Policy> policy;         // prune may be `unsaid`
};

struct SinkEntry {
    std::string name;
    FileMember<std::string> plugin;
    OptionsMember options;
    FileMember<std::vector<std::string>> filter;
    IsolateSetting isolate;
};

// The locations refer to the SourceMap of the text. The vectors are in the order of the file.
struct ConfigFileContent {
    std::string name;
    PluginSettings plugins; // without state_dir
    std::string state_dir;
    LogSettings log;
    EventSettings events;
    std::vector<ConnectorEntry> connectors;
    std::vector<TopologyEntry> topologies;
    std::vector<SinkEntry> sinks;
};

} // namespace kith::core
