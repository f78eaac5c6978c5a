// SPDX-License-Identifier: MIT
//
// Reads the options of schema.hpp into a struct, and checks combinations of options.
#pragma once

#include "peer_naming.hpp"

#include <kith/env.hpp>
#include <kith/options.hpp>

namespace k8s {

inline constexpr std::string_view domain_variable = "CLUSTER_DOMAIN";
inline constexpr std::string_view host_variable = "KUBERNETES_SERVICE_HOST";
inline constexpr std::string_view port_variable = "KUBERNETES_SERVICE_PORT";

struct Settings {
    Lookup lookup = Lookup::endpoints;
    Naming naming;
    std::string selector;
    std::vector<std::string> namespaces; ///< empty: the default namespace of the credentials
    std::string server;                  ///< such as https://10.96.0.1:443
    std::string account;                 ///< folder of the service account
    std::string kubeconfig;              ///< empty: the service account is used
    std::string context;                 ///< empty: current-context
    bool insecure = false;
    bool cached = false;
    std::chrono::nanoseconds interval{};
};

/// Throws kith::error (KITH_INVALID) with the option and the expected value.
Settings read_settings(const kith::options &options, const kith::env &env);

} // namespace k8s
