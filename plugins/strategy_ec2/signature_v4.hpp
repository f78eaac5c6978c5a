// SPDX-License-Identifier: MIT
//
// AWS Signature Version 4: computes the header field Authorization of a request. Uses no services.
#pragma once

#include "credentials.hpp"

#include <kith/peer.hpp>

#include <span>
#include <string>
#include <string_view>

namespace ec2 {

/// The signed parts of a request.
struct CanonicalRequest {
    std::string_view method;
    std::string_view path = "/";                 ///< normalized, not percent-encoded
    std::span<const kith::attribute> query = {}; ///< not percent-encoded, in any order
    std::span<const kith::attribute> fields;     ///< at least Host and X-Amz-Date; no duplicate names
    std::string_view body = {};
};

/// The credential scope of the signature.
struct CredentialScope {
    std::string_view region;
    std::string_view service;
    std::string_view time; ///< 20150830T123600Z, also in X-Amz-Date
};

/// The value of Authorization.
std::string authorization(const CanonicalRequest &request, const CredentialScope &scope, const Credentials &with);

/// Percent-encodes all but A-Z a-z 0-9 - . _ ~.
std::string encode(std::string_view text);

} // namespace ec2
