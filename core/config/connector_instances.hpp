// SPDX-License-Identifier: MIT
//
// The connector instances of a configuration: those that `connectors` names, and those that topologies make by a plugin's id. Equal plugin
// and equal options are one instance.
#pragma once

#include <core/config/config.hpp>
#include <core/config/configured_plugins.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kith::core {

class ConnectorInstances {
  public:
    struct Instance {
        ConnectorInstance model;
        const PluginInfo *plugin = nullptr;
        SourceLocation location;
        bool used = false; // by a topology
    };

    // Both outlive it.
    ConnectorInstances(ConfiguredPlugins &plugins, DiagnosticCollector &collector) : plugins_(plugins), collector_(collector) {}

    // An entry of `connectors`.
    void add(const boost::json::key_value_pair &entry, const SourceLocation &location);

    // The instance that a topology names, made if it is a shorthand; null with an error, or when an error was told before. Valid until
    // the next one.
    const Instance *of(const std::string &topology, const boost::json::value &value, const SourceLocation &location);

    // When all are known: what is wrong between them, and, when nothing is wrong anywhere, all of them.
    std::vector<ConnectorInstance> finish();

  private:
    Instance *instance(const PluginInfo &plugin, const std::string &options);
    bool taken(const std::string &name) const;
    // connect, disconnect and list_nodes beside the strategy, as libcluster has them.
    bool libcluster_shorthands(const boost::json::value &value, const SourceLocation &location, boost::json::object &config,
                               SourceMap &source_map);
    void unknown(const std::string &name, const SourceLocation &location);
    // Two instances of one plugin that drive one node would undo each other.
    void same_node();

    ConfiguredPlugins &plugins_;
    DiagnosticCollector &collector_;
    std::vector<Instance> instances_;
    std::map<std::string, std::size_t> names_; // of `connectors`, to the instance
    std::set<std::string> known_;              // of `connectors`, also those with errors
};

} // namespace kith::core
