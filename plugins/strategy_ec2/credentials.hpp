// SPDX-License-Identifier: MIT
//
// AWS credentials.
#pragma once

#include "time_formats.hpp"

#include <optional>
#include <string>

namespace ec2 {

struct Credentials {
    std::string id;
    std::string secret;
    std::string token;                  ///< session token of temporary credentials
    std::optional<Moment> expires = {}; ///< when they expire; empty: never
    std::string origin = {};            ///< for messages, such as: role web of this instance
};

} // namespace ec2
