// SPDX-License-Identifier: MIT
//
// Parses EC2's responses to DescribeInstances: a page of instances, or an error. Uses no services.
#pragma once

#include <kith/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ec2 {

/// The addresses of an instance or of a network interface; empty: none.
struct Addresses {
    std::string private_ip, public_ip, private_dns, public_dns, ipv6;
};

struct Interface {
    unsigned index = 0; ///< DeviceIndex; 0: the primary interface
    unsigned card = 0;  ///< NetworkCardIndex
    Addresses has;
};

struct Tag {
    std::string name, value;
};

struct Instance {
    std::string id, state, zone, type, launched;
    Addresses has;                     ///< the addresses of the instance itself, which are those of its primary interface
    std::vector<Interface> interfaces; ///< sorted by card and index
    std::vector<Tag> tags;             ///< only the requested tag
};

struct Page {
    std::vector<Instance> instances;
    std::string next; ///< empty: the last page
};

/// Parses a page. xml: modified in place. tag: the tag to keep. A response with an unexpected structure is an error as a whole
/// (KITH_PROTOCOL).
kith::result<Page> parse_page(std::string &xml, std::string_view tag);

/// The error in a response with a status other than 200.
struct ErrorResponse {
    std::string code, message; ///< empty: missing in the response
};
ErrorResponse parse_error_response(std::string &xml);

} // namespace ec2
