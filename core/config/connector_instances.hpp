// SPDX-License-Identifier: MIT
//
// The connector instances of a configuration: those that `connectors` names, and those that topologies make by a plugin's id. Equal plugin
// and equal options are one instance.
#pragma once

#include <core/config/model.hpp>
#include <core/config/plugin_options.hpp>

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
        Spot spot;
        bool used = false; // by a topology
    };

    // Both outlive it.
    ConnectorInstances(PluginOptions &plugins, Findings &findings) : plugins_(plugins), findings_(findings) {}

    // An entry of `connectors`.
    void add(const boost::json::key_value_pair &entry, const Spot &spot);

    // The instance that a topology names, made if it is a shorthand; null with an error, or when an error was told before. Valid until
    // the next one.
    const Instance *of(const std::string &topology, const boost::json::value &value, const Spot &spot);

    // When all are known: what is wrong between them, and, when nothing is wrong anywhere, all of them.
    std::vector<ConnectorInstance> finish();

  private:
    Instance *instance(const PluginInfo &plugin, const std::string &options);
    bool taken(const std::string &name) const;
    // connect, disconnect and list_nodes beside the strategy, as libcluster has them.
    bool libcluster_shorthands(const boost::json::value &value, const Spot &spot, boost::json::object &config, Place &place);
    void unknown(const std::string &name, const Spot &spot);
    // Two instances of one plugin that drive one node would undo each other.
    void same_node();

    PluginOptions &plugins_;
    Findings &findings_;
    std::vector<Instance> instances_;
    std::map<std::string, std::size_t> names_; // of `connectors`, to the instance
    std::set<std::string> known_;              // of `connectors`, also those with errors
};

} // namespace kith::core
