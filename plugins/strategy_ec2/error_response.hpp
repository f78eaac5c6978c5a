// SPDX-License-Identifier: MIT
//
// Why EC2 refused, in words that tell what to do about it. Pure: no services.
#pragma once

#include "describe_instances_parser.hpp"
#include "time_formats.hpp"

#include <kith/http.hpp>

namespace ec2 {

struct Explanation {
    /// What may help besides waiting.
    enum class Remedy : std::uint8_t {
        none,
        credentials, ///< fresh ones
        retry,       ///< the same request, a little later
    };
    Remedy remedy = Remedy::none;
    kith::error why;
};

/// answer: any code but 200. now: this machine's clock. who: whose credentials were used.
Explanation explain(const kith::http_head &answer, const ErrorResponse &said, Moment now, std::string_view who);

} // namespace ec2
