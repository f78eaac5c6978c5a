// SPDX-License-Identifier: MIT
#include "credentials_parser.hpp"

#include <kith/json.hpp>

#include <algorithm>
#include <array>

namespace ec2 {

namespace {

kith::error malformed_credentials(const std::string &text) { return {KITH_PROTOCOL, "unexpected credentials: " + text}; }

// The values become header fields, so they must be printable.
bool printable_field(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

kith::result<Credentials> parse_credentials(std::string_view text) {
    Credentials out;
    std::string code, lower_code, message, expires;
    const std::array<std::pair<std::string_view, std::string *>, 8> members{{{"AccessKeyId", &out.id},
                                                                             {"SecretAccessKey", &out.secret},
                                                                             {"Token", &out.token},
                                                                             {"Expiration", &expires},
                                                                             {"Code", &code},
                                                                             {"Message", &message},
                                                                             {"code", &lower_code},
                                                                             {"message", &message}}};
    kith::json_reader json(text);
    for (auto &[name, value] : json.object()) {
        const auto *known = std::ranges::find(members, name, [](const auto &member) { return member.first; });
        if (known != members.end() && value.next() == kith::json_reader::kind::text) *known->second = value.text();
    }
    if (auto good = json.end(); !good) return malformed_credentials(good.error().text);
    if (code.empty()) code = lower_code;
    if (!code.empty() && code != "Success")
        return kith::error(KITH_UNAUTHORIZED, code.substr(0, 128) + (message.empty() ? "" : ": " + message.substr(0, 512)));
    if (out.id.empty() || out.secret.empty()) return malformed_credentials("expected AccessKeyId and SecretAccessKey");
    if (!printable_field(out.id) || !printable_field(out.secret) || !printable_field(out.token))
        return malformed_credentials("expected printable text");
    if (!expires.empty()) {
        out.expires = parse_time(expires);
        if (!out.expires) return malformed_credentials("expected a time at Expiration, such as 2015-08-30T12:36:00Z");
    }
    return out;
}

} // namespace ec2
