// SPDX-License-Identifier: MIT
//
// AWS credentials, and a parser for their JSON form from the metadata service and from a container's endpoint. Uses no services.
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
    std::string token;                  ///< session token of temporary credentials
    std::optional<Moment> expires = {}; ///< when they expire; empty: never
    std::string origin = {};            ///< for messages, such as: role web of this instance
};

/// Parses temporary credentials; `origin` is not set. If the object describes a failure, that is the error. Other errors: KITH_PROTOCOL.
kith::result<Credentials> parse_credentials(std::string_view json);

} // namespace ec2
