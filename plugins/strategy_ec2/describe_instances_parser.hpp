// SPDX-License-Identifier: MIT
//
// What EC2 answers: a page of instances, or an error. Pure: no services.
#pragma once

#include <kith/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ec2 {

/// The addresses that an instance, or one of its interfaces, has; empty where there is none.
struct Addresses {
    std::string private_ip, public_ip, private_dns, public_dns, ipv6;
};

struct Interface {
    unsigned index = 0; ///< DeviceIndex: 0 is the primary one
    unsigned card = 0;  ///< NetworkCardIndex
    Addresses has;
};

struct Tag {
    std::string name, value;
};

struct Instance {
    std::string id, state, zone, type, launched;
    Addresses has;                     ///< as EC2 tells them of the instance itself: those of its primary interface
    std::vector<Interface> interfaces; ///< in the order of card and index
    std::vector<Tag> tags;             ///< only that which was asked for
};

struct Page {
    std::vector<Instance> instances;
    std::string next; ///< empty: the last page
};

/// xml: changed while it is read. tag: which one is kept. Anything that is not of the expected shape is an error: half an answer is none.
kith::result<Page> parse_page(std::string &xml, std::string_view tag);

/// Of an answer that is no 200.
struct ErrorResponse {
    std::string code, message; ///< empty where it is not told
};
ErrorResponse parse_error_response(std::string &xml);

} // namespace ec2
