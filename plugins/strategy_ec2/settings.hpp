// SPDX-License-Identifier: MIT
//
// The options of schema.hpp and the environment, read and checked against each other.
#pragma once

#include "credentials.hpp"
#include "peer_naming.hpp"

#include <kith/env.hpp>
#include <kith/options.hpp>

#include <array>

namespace ec2 {

/// What is read of the environment: as every tool of AWS does.
inline constexpr std::array<std::string_view, 11> environment{"AWS_ACCESS_KEY_ID",
                                                              "AWS_SECRET_ACCESS_KEY",
                                                              "AWS_SESSION_TOKEN",
                                                              "AWS_REGION",
                                                              "AWS_DEFAULT_REGION",
                                                              "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                                              "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                                              "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                                              "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                                              "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                                              "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"};

struct Settings {
    std::string tag;
    std::vector<std::string> values; ///< empty: that of this instance
    Naming naming;
    std::chrono::nanoseconds interval{};
    std::string region;   ///< empty: that of this instance
    std::string endpoint; ///< empty: that of the region
    std::string metadata; ///< http://169.254.169.254

    std::optional<Credentials> fixed;                  ///< of the environment
    std::string container_url;                         ///< empty: there is none
    std::string container_token, container_token_file; ///< at most one of them
};

/// Throws kith::error, KITH_INVALID, with the option and what was expected.
Settings read_settings(const kith::options &options, const kith::env &env);

/// Where EC2 is, as requests go there and as they are signed.
struct Endpoint {
    std::string url, host, path;
};
Endpoint endpoint_of(const Settings &settings, std::string_view region);

/// What has to be configured where there is no metadata service; empty: nothing.
std::string missing_settings(const Settings &settings);

} // namespace ec2
