// SPDX-License-Identifier: MIT
//
// The options of schema.hpp, read and checked against each other.
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
    std::vector<std::string> namespaces; ///< empty: that of the credentials
    std::string server;                  ///< https://10.96.0.1:443
    std::string account;                 ///< folder of the service account
    std::string kubeconfig;              ///< empty: the service account is used
    std::string context;                 ///< empty: the kubeconfig's own
    bool insecure = false;
    bool cached = false;
    std::chrono::nanoseconds interval{};
};

/// Throws kith::error, KITH_INVALID, with the option and what was expected.
Settings read_settings(const kith::options &options, const kith::env &env);

} // namespace k8s
