// SPDX-License-Identifier: MIT
//
// Signature Version 4: the header Authorization of a request to AWS. Pure: no services.
#pragma once

#include "credentials.hpp"

#include <kith/peer.hpp>

#include <span>
#include <string>
#include <string_view>

namespace ec2 {

/// What is signed.
struct CanonicalRequest {
    std::string_view method;
    std::string_view path = "/";                 ///< as it is before encoding, normalized
    std::span<const kith::attribute> query = {}; ///< as they are before encoding, in any order
    std::span<const kith::attribute> fields;     ///< Host and X-Amz-Date at least; each name once
    std::string_view body = {};
};

/// For whom it is valid.
struct CredentialScope {
    std::string_view region;
    std::string_view service;
    std::string_view time; ///< 20150830T123600Z, also in X-Amz-Date
};

/// The value of Authorization.
std::string authorization(const CanonicalRequest &request, const CredentialScope &scope, const Credentials &with);

/// All but A-Z a-z 0-9 - . _ ~ as %XX.
std::string encode(std::string_view text);

} // namespace ec2
