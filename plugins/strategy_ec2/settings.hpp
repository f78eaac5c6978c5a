// SPDX-License-Identifier: MIT
//
// Reads the options of schema.hpp and the environment into a struct, and checks combinations.
#pragma once

#include "credentials.hpp"
#include "peer_naming.hpp"

#include <kith/env.hpp>
#include <kith/options.hpp>

#include <array>

namespace ec2 {

/// The environment variables that are read; they are those of the AWS tools.
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
    std::vector<std::string> values; ///< empty: the tag's value of this instance
    Naming naming;
    std::chrono::nanoseconds interval{};
    std::string region;   ///< empty: that of this instance
    std::string endpoint; ///< empty: that of the region
    std::string metadata; ///< URL, such as http://169.254.169.254

    std::optional<Credentials> fixed;                  ///< credentials of the environment
    std::string container_url;                         ///< empty: none
    std::string container_token, container_token_file; ///< at most one of them is set
};

/// Throws kith::error (KITH_INVALID) with the option or variable and the expected value.
Settings read_settings(const kith::options &options, const kith::env &env);

/// The endpoint of EC2: the URL for requests, and host and path for signatures.
struct Endpoint {
    std::string url, host, path;
};
Endpoint endpoint_of(const Settings &settings, std::string_view region);

/// The settings that are required without a metadata service; empty: none.
std::string missing_settings(const Settings &settings);

} // namespace ec2
