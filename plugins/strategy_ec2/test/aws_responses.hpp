// SPDX-License-Identifier: MIT
//
// Responses of simulated AWS servers, as text.
#pragma once

#include <string>
#include <vector>

namespace ec2::test {

struct Some {
    std::string id, private_ip, public_ip = {}, ipv6 = {};
    std::string launched = "2015-08-30T12:36:00.000Z";
    std::string more = {}; ///< XML
    std::string tag = "shop";
};

inline std::string element(const std::string &name, const std::string &value) {
    return value.empty() ? "" : "<" + name + ">" + value + "</" + name + ">";
}

inline std::string xml(const Some &of) {
    return "<item>" + element("instanceId", of.id) +
           "<imageId>ami-1</imageId><instanceState><code>16</code><name>running</name></instanceState>" +
           element("privateDnsName", of.private_ip.empty() ? "" : "ip-" + of.private_ip + ".internal") +
           element("privateIpAddress", of.private_ip) + element("ipAddress", of.public_ip) + element("ipv6Address", of.ipv6) +
           element("launchTime", of.launched) +
           "<placement><availabilityZone>eu-west-1a</availabilityZone></placement>"
           "<tagSet><item><key>Name</key><value>x</value></item><item><key>cluster</key><value>" +
           of.tag + "</value></item></tagSet>" + of.more + "</item>";
}

inline std::string page(const std::vector<Some> &instances, const std::string &next = {}) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse "
                      "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                      "<requestId>r</requestId><reservationSet>";
    for (const Some &one : instances)
        out += "<item><reservationId>r-1</reservationId><groupSet/><instancesSet>" + xml(one) + "</instancesSet></item>";
    return out + "</reservationSet>" + element("nextToken", next) + "</DescribeInstancesResponse>";
}

inline std::string refusal(const std::string &code, const std::string &message = "No.") {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>" + code + "</Code><Message>" + message +
           "</Message></Error></Errors><RequestID>r</RequestID></Response>";
}

inline std::string role(const std::string &id, const std::string &expires) {
    return R"({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": ")" + id +
           R"(", "SecretAccessKey": "secret", "Token": "token", "Expiration": ")" + expires + R"("})";
}

} // namespace ec2::test
