// SPDX-License-Identifier: MIT
//
// Where the API server is, whom we believe to be it, and who we are to it.
#pragma once

#include <string>

namespace k8s {

struct Credentials {
    std::string server;           ///< https://10.96.0.1:443, without a / at its end; a path is allowed
    std::string authorities;      ///< PEM; empty: the system's
    std::string certificate, key; ///< PEM; empty: none
    std::string token;            ///< empty: none
    std::string server_name;      ///< expected in the server's certificate; empty: the URL's host
    std::string proxy;            ///< empty: none
    std::string name_space;       ///< the default one
    bool insecure = false;        ///< no check of the server's certificate

    /// What a connection depends on; the token is sent with each request.
    bool same_connection(const Credentials &other) const {
        return server == other.server && authorities == other.authorities && certificate == other.certificate &&
               key == other.key && server_name == other.server_name && proxy == other.proxy && insecure == other.insecure;
    }
};

} // namespace k8s
