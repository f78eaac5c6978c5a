// SPDX-License-Identifier: MIT
//
// The connector instances of a configuration: those of `connectors`, and those that a topology defines by a plugin's id. Equal
// options of the same plugin give one instance.
#pragma once

#include <core/config/config.hpp>
#include <core/config/config_file_content.hpp>
#include <core/config/plugin_and_options_resolver.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

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
        boost::json::value options; // those of the model
        SourceLocation location;
        bool used = false; // a topology uses it
    };

    // The arguments outlive the object.
    ConnectorInstances(PluginAndOptionsResolver &plugins, DiagnosticCollector &collector)
        : plugins_(plugins), collector_(collector) {}

    // Adds an entry of `connectors`.
    void add(const ConnectorEntry &entry);

    // The instance that a topology names; it is created if the name is a plugin's id. Null when there is an error, which was
    // reported now or before. Valid until the next call.
    const Instance *of(const TopologyEntry &topology);

    const std::vector<Instance> &instances() const { return instances_; }

    // Call it after all instances are known: reports conflicts between them. Returns all instances, or none when there are
    // errors.
    std::vector<ConnectorInstance> finish();

  private:
    const Instance *declared(const TopologyEntry &topology);
    const Instance *from_plugin(const TopologyEntry &topology, const PluginInfo &plugin);
    Instance *instance(const PluginInfo &plugin, const std::string &options);
    bool taken(const std::string &name) const;
    // Copies `connect`, `disconnect` and `list_nodes` of a topology into the connector's options. Returns false after an error.
    bool add_libcluster_calls(const TopologyEntry &topology, boost::json::object &options, SourceMap &source_map);
    void unknown(const std::string &name, const SourceLocation &location);
    // Reports two instances of one plugin that control the same node: each would undo what the other does.
    void same_node();

    PluginAndOptionsResolver &plugins_;
    DiagnosticCollector &collector_;
    std::vector<Instance> instances_;
    std::map<std::string, std::size_t> names_; // index of the instance by its name in `connectors`
    std::set<std::string> known_;              // all names in `connectors`, also those with errors
};

} // namespace kith::core
