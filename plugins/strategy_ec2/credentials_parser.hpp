// SPDX-License-Identifier: MIT
//
// Parses the JSON form of AWS credentials, which the metadata service and the endpoint of a container return. Uses no services.
#pragma once

#include "credentials.hpp"

#include <kith/result.hpp>

#include <string_view>

namespace ec2 {

/// Parses temporary credentials; `origin` is not set. If the object describes a failure, that is the error. Other errors: KITH_PROTOCOL.
kith::result<Credentials> parse_credentials(std::string_view json);

} // namespace ec2
