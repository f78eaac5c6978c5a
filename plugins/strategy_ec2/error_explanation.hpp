// SPDX-License-Identifier: MIT
//
// Converts an error response of EC2 to a reason with a remedy. Uses no services.
#pragma once

#include "describe_instances_parser.hpp"
#include "time_formats.hpp"

#include <kith/http.hpp>

namespace ec2 {

struct Explanation {
    /// What the client should do before it retries.
    enum class Remedy : std::uint8_t {
        none,
        credentials, ///< renew the credentials
        retry,       ///< send the same request again after a delay
    };
    Remedy remedy = Remedy::none;
    kith::error why;
};

/// answer: a response with a status other than 200. now: the local time. who: origin of the credentials that were used.
Explanation explain(const kith::http_head &answer, const ErrorResponse &said, Moment now, std::string_view who);

} // namespace ec2
