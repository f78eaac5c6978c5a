// SPDX-License-Identifier: MIT
#include "describe_instances_request.hpp"

#include "signature_v4.hpp"

namespace ec2 {

namespace {

// The API allows 5 to 1,000; a whole page is in memory at once.
constexpr std::string_view page = "250";

constexpr std::string_view action = "Action=DescribeInstances&Version=2016-11-15";

} // namespace

std::string running_with_tag(std::string_view tag, std::span<const std::string> values, std::string_view next) {
    std::string out(action);
    out.append("&Filter.1.Name=").append(encode("tag:" + std::string(tag)));
    for (std::size_t i = 0; i < values.size(); ++i)
        out.append("&Filter.1.Value.").append(std::to_string(i + 1)).append("=").append(encode(values[i]));
    out.append("&Filter.2.Name=instance-state-name&Filter.2.Value.1=running&MaxResults=").append(page);
    if (!next.empty()) out.append("&NextToken=").append(encode(next));
    return out;
}

std::string one_instance(std::string_view id) { return std::string(action) + "&InstanceId.1=" + encode(id); }

std::string escape_filter_value(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '*' || c == '?' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

} // namespace ec2
