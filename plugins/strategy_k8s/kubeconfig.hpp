// SPDX-License-Identifier: MIT
//
// A kubeconfig file, as kubectl reads it, YAML or JSON: of one context what a client needs. Reads no files; needs no host.
// Source: Kubernetes documentation, "kubeconfig (v1)".
#pragma once

#include "credentials.hpp"

#include <kith/result.hpp>

#include <string_view>

namespace k8s {

struct Kubeconfig {
    Credentials credentials; ///< what stands in the file itself; base64 is decoded
    // Files that hold the rest, as written: relative to the kubeconfig's folder. Empty when there are none.
    std::string authorities_file, certificate_file, key_file, token_file;
};

/// context: empty for current-context. KITH_INVALID with what is missing or wrong; KITH_UNSUPPORTED for a user that logs in by a program
/// (exec, auth-provider) or by a password.
kith::result<Kubeconfig> parse_kubeconfig(std::string_view text, std::string_view context);

} // namespace k8s
