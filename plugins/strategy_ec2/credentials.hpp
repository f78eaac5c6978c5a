// SPDX-License-Identifier: MIT
//
// Credentials, and how the metadata service and a container's endpoint tell them: a JSON object. Pure: no services.
#pragma once

#include "time_formats.hpp"

#include <kith/result.hpp>

#include <optional>

#include <string>
#include <string_view>

namespace ec2 {

struct Credentials {
    std::string id;
    std::string secret;
    std::string token;                  ///< of temporary ones
    std::optional<Moment> expires = {}; ///< when they end; nothing: never
    std::string origin = {};            ///< for people, such as: role web of this instance
};

/// Temporary credentials, without origin. Also when they tell of a failure: then that is the error.
kith::result<Credentials> parse_credentials(std::string_view json);

} // namespace ec2
