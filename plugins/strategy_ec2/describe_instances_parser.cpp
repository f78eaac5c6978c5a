// SPDX-License-Identifier: MIT
#include "describe_instances_parser.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <tuple>

// Replaces fopen for pugixml (see CMakeLists.txt).
extern "C" void *ec2_no_files() { return nullptr; }

namespace ec2 {

namespace {

// Stores the text of an element in the element's own node, which halves the number of nodes.
constexpr unsigned reading = pugi::parse_default | pugi::parse_embed_pcdata;

kith::error malformed_answer(const std::string &text) {
    return {KITH_PROTOCOL, "unexpected response to DescribeInstances: " + text};
}

std::string text_of(const pugi::xml_node &of, const char *name) { return of.child_value(name); }

// 0 if missing: it is sent only for instances with several cards.
unsigned number_of(const pugi::xml_node &of, const char *name) {
    const std::string_view text = of.child_value(name);
    unsigned out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

Interface read_interface(const pugi::xml_node &item) {
    Interface out;
    const auto attachment = item.child("attachment"), association = item.child("association");
    out.index = number_of(attachment, "deviceIndex");
    out.card = number_of(attachment, "networkCardIndex");
    out.has.private_ip = text_of(item, "privateIpAddress");
    out.has.private_dns = text_of(item, "privateDnsName");
    out.has.public_ip = text_of(association, "publicIp");
    out.has.public_dns = text_of(association, "publicDnsName");
    // The primary IPv6 address, which does not change, or else the first.
    for (const auto &one : item.child("ipv6AddressesSet").children("item")) {
        if (out.has.ipv6.empty() || text_of(one, "isPrimaryIpv6") == "true") out.has.ipv6 = text_of(one, "ipv6Address");
    }
    return out;
}

Instance read_instance(const pugi::xml_node &item, std::string_view tag) {
    Instance out;
    out.id = text_of(item, "instanceId");
    out.state = text_of(item.child("instanceState"), "name");
    out.zone = text_of(item.child("placement"), "availabilityZone");
    out.type = text_of(item, "instanceType");
    out.launched = text_of(item, "launchTime");
    out.has = {text_of(item, "privateIpAddress"), text_of(item, "ipAddress"), text_of(item, "privateDnsName"),
               text_of(item, "dnsName"), text_of(item, "ipv6Address")};
    for (const auto &one : item.child("networkInterfaceSet").children("item")) {
        if (text_of(one.child("attachment"), "status") != "detaching") out.interfaces.push_back(read_interface(one));
    }
    std::ranges::stable_sort(out.interfaces, {}, [](const Interface &of) { return std::tie(of.card, of.index); });
    for (const auto &one : item.child("tagSet").children("item")) {
        if (text_of(one, "key") == tag) out.tags.push_back({text_of(one, "key"), text_of(one, "value")});
    }
    return out;
}

} // namespace

kith::result<Page> parse_page(std::string &xml, std::string_view tag) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer_inplace(xml.data(), xml.size(), reading, pugi::encoding_utf8);
    if (!parsed)
        return malformed_answer("it is not XML, or truncated (" + std::string(parsed.description()) + ", byte " +
                                std::to_string(parsed.offset) + ")");
    const auto root = document.child("DescribeInstancesResponse");
    if (!root) return malformed_answer("expected DescribeInstancesResponse");
    const auto reservations = root.child("reservationSet");
    if (!reservations) return malformed_answer("expected reservationSet");

    Page out;
    for (const auto &reservation : reservations.children("item")) {
        const auto instances = reservation.child("instancesSet");
        if (!instances) return malformed_answer("expected instancesSet in each item of reservationSet");
        for (const auto &item : instances.children("item")) {
            Instance one = read_instance(item, tag);
            if (one.id.empty()) return malformed_answer("expected instanceId in each item of instancesSet");
            out.instances.push_back(std::move(one));
        }
    }
    out.next = text_of(root, "nextToken");
    return out;
}

ErrorResponse parse_error_response(std::string &xml) {
    pugi::xml_document document;
    if (!document.load_buffer_inplace(xml.data(), xml.size(), reading, pugi::encoding_utf8)) return {};
    const auto first = document.first_child();
    auto error = first.child("Errors").child("Error"); // of EC2 itself
    if (!error) error = first.child("Error");          // of a proxy or load balancer
    return {text_of(error, "Code"), text_of(error, "Message")};
}

} // namespace ec2
