// SPDX-License-Identifier: MIT
//
// What `kith init` found on this machine, and the configuration that it writes for it. Pure: nothing here reads a file or sends a byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

/// Whether an environment was found, and how it was looked for: one line for the operator.
struct Finding {
    bool found = false;
    std::string how;
};

struct BeamFinding : Finding {
    std::string release_node;       ///< RELEASE_NODE; empty: not set
    std::vector<std::string> names; ///< that the local EPMD lists: the parts before the @
    std::uint16_t epmd_port = 4369;
};

struct KubernetesFinding : Finding {
    std::string pod_namespace; ///< empty: not known
};

struct Ec2Finding : Finding {
    std::string region;
    std::vector<std::string> tags; ///< names of this instance's tags, when its metadata may contain them
};

struct ConsulFinding : Finding {
    std::string base_url; ///< empty: the strategy's default
    bool needs_token = false;
    std::vector<std::string> services; ///< that are registered at the agent
};

struct EnvironmentFindings {
    std::string host; ///< name of this machine, for names of nodes
    BeamFinding beam;
    KubernetesFinding kubernetes;
    Ec2Finding ec2;
    ConsulFinding consul;
};

/// A line for each environment: whether it was found and how it was looked for. Each begins with `prefix`.
std::string findings_text(const EnvironmentFindings &findings, std::string_view prefix);

/// The text of a configuration with comments, which `kith check` accepts without a warning. One topology, with the strategy of the first that was
/// found of: Kubernetes, EC2, Consul, a list of BEAM nodes. The others that were found are in comments. The connector is `erlang` if there is a
/// BEAM node and the answers of the strategy are authenticated, else `log`, which connects nothing.
std::string initial_config(const EnvironmentFindings &findings);

} // namespace kith::app
