// SPDX-License-Identifier: MIT
//
// How the API server is accessed: its URL, how its certificate is verified, and how the client authenticates.
#pragma once

#include <string>

namespace k8s {

struct ApiServerAccess {
    std::string server;           ///< such as https://10.96.0.1:443, without a trailing /; may contain a path
    std::string authorities;      ///< trusted CA certificates in PEM; empty: the system's
    std::string certificate, key; ///< client certificate and key in PEM; empty: none
    std::string token;            ///< empty: none
    std::string server_name;      ///< expected name in the server's certificate; empty: the URL's host
    std::string proxy;            ///< empty: none
    std::string name_space;       ///< default namespace
    bool insecure = false;        ///< the server's certificate is not verified

    /// Whether an existing connection can be used with `other`. The token is not compared: it is sent with each request.
    bool same_connection(const ApiServerAccess &other) const {
        return server == other.server && authorities == other.authorities && certificate == other.certificate &&
               key == other.key && server_name == other.server_name && proxy == other.proxy && insecure == other.insecure;
    }
};

} // namespace k8s
