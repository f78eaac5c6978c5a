// SPDX-License-Identifier: MIT
//
// Parses a kubeconfig file (YAML or JSON) as kubectl does, and returns the access to the API server of one context. Reads no files and uses no services.
// Source: Kubernetes documentation, "kubeconfig (v1)".
#pragma once

#include "api_server_access.hpp"

#include <kith/result.hpp>

#include <string_view>

namespace k8s {

struct Kubeconfig {
    ApiServerAccess access; ///< the data contained in the file itself, with base64 decoded
    // Paths of files with further data, as written: relative to the kubeconfig's folder. Empty: none.
    std::string authorities_file, certificate_file, key_file, token_file;
};

/// context: empty: current-context. Errors: KITH_INVALID with the missing or invalid member; KITH_UNSUPPORTED for a user that
/// authenticates by a program (exec, auth-provider) or a password.
kith::result<Kubeconfig> parse_kubeconfig(std::string_view text, std::string_view context);

} // namespace k8s
