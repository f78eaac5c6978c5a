// SPDX-License-Identifier: MIT
//
// Looks for what `kith init` can write a configuration for. Each environment is looked for on a thread of its own, within one time limit. Requests
// are sent only to where that environment is: EPMD and a Consul agent on this machine (or the address in CONSUL_HTTP_ADDR), and the metadata
// service only if the machine's DMI data are those of EC2, or if the operator requests it.
#pragma once

#include "initial_config.hpp"

#include <host/api/socket_path.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct ProbeSettings {
    Environment environment = environment_variable;
    std::string root;     ///< files are read below it: DMI data, and the files of a service account
    bool ask_ec2 = false; ///< ask the metadata service even if the DMI data are not those of EC2
    std::chrono::milliseconds limit{2000};
};

EnvironmentFindings probe_environment(const ProbeSettings &settings);

/// The names in the reply of an EPMD to a NAMES request; nothing if it is no such reply.
std::optional<std::vector<std::string>> parse_epmd_names(std::string_view bytes);

} // namespace kith::app
