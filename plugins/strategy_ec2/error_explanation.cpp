// SPDX-License-Identifier: MIT
#include "error_explanation.hpp"

#include <algorithm>
#include <array>

namespace ec2 {

namespace {

using Remedy = Explanation::Remedy;

// Maximum clock difference for which AWS accepts a signature.
constexpr Moment tolerated = std::chrono::minutes(5);

constexpr std::size_t longest_message = 400;

struct Code {
    std::string_view name;
    Remedy remedy;
    std::int32_t status;
    std::string_view advice;
};

constexpr std::string_view slower = "too many requests of this account in this region; increase polling_interval";
constexpr std::string_view ended = "the credentials have expired";
constexpr std::string_view permit =
    "the IAM policy of these credentials must allow the action ec2:DescribeInstances, on all resources";
constexpr std::string_view keys = "the credentials are not valid, or not valid in this region";
constexpr std::string_view secret = "the secret access key does not belong to the access key id, or a proxy modifies requests";
constexpr std::string_view trouble = "EC2 reports an internal failure";

constexpr std::array codes{
    Code{"RequestLimitExceeded", Remedy::retry, KITH_UNAVAILABLE, slower},
    Code{"Throttling", Remedy::retry, KITH_UNAVAILABLE, slower},
    Code{"ThrottlingException", Remedy::retry, KITH_UNAVAILABLE, slower},
    Code{"EC2ThrottledException", Remedy::retry, KITH_UNAVAILABLE, slower},
    Code{"RequestExpired", Remedy::credentials, KITH_UNAUTHORIZED, ended},
    Code{"ExpiredToken", Remedy::credentials, KITH_UNAUTHORIZED, ended},
    Code{"ExpiredTokenException", Remedy::credentials, KITH_UNAUTHORIZED, ended},
    Code{"UnauthorizedOperation", Remedy::none, KITH_UNAUTHORIZED, permit},
    Code{"AccessDenied", Remedy::none, KITH_UNAUTHORIZED, permit},
    Code{"AuthFailure", Remedy::credentials, KITH_UNAUTHORIZED, keys},
    Code{"InvalidClientTokenId", Remedy::credentials, KITH_UNAUTHORIZED, keys},
    Code{"UnrecognizedClientException", Remedy::credentials, KITH_UNAUTHORIZED, keys},
    Code{"OptInRequired", Remedy::none, KITH_UNAUTHORIZED, "this account has not enabled the region"},
    Code{"SignatureDoesNotMatch", Remedy::credentials, KITH_UNAUTHORIZED, secret},
    Code{"InvalidInstanceID.NotFound", Remedy::none, KITH_NOT_FOUND, "this instance is not in this region and account"},
    Code{"InvalidInstanceID.Malformed", Remedy::none, KITH_NOT_FOUND, "this instance is not in this region and account"},
    Code{"InternalError", Remedy::retry, KITH_UNAVAILABLE, trouble},
    Code{"InternalFailure", Remedy::retry, KITH_UNAVAILABLE, trouble},
    Code{"Unavailable", Remedy::retry, KITH_UNAVAILABLE, trouble},
    Code{"ServiceUnavailable", Remedy::retry, KITH_UNAVAILABLE, trouble},
};

// Removes the encoded part of the message, which only AWS can decode.
std::string_view gist(std::string_view message) {
    message = message.substr(0, std::min(message.find("Encoded authorization failure message"), longest_message));
    while (message.ends_with(' ') || message.ends_with('.')) message.remove_suffix(1);
    return message;
}

// Empty when the clocks agree, or the time of AWS is not known.
std::string clock_fault(Moment now, const kith::http_head &answer) {
    const auto server = parse_http_date(answer.field("Date"));
    if (!server || std::chrono::abs(now - *server) < tolerated) return {};
    const auto by = std::chrono::abs(now - *server).count();
    return "the clock of this machine is " + std::to_string(by) + " s " + (now > *server ? "ahead of" : "behind") +
           " that of AWS: synchronize it, for example with chrony";
}

} // namespace

Explanation explain(const kith::http_head &answer, const ErrorResponse &said, Moment now, std::string_view who) {
    Explanation out;
    out.why = answer.refusal();
    if (said.code.empty()) {
        if (answer.code / 100 == 3) out.why.text += "; redirects are not followed; configure the target as `endpoint`";
        if (answer.code >= 500) out.remedy = Remedy::retry;
        return out;
    }
    out.why.text += " (" + said.code.substr(0, 128) + ")";
    std::string advice;
    if (const auto *known = std::ranges::find(codes, said.code, &Code::name); known != codes.end()) {
        out.remedy = known->remedy;
        out.why.status = known->status;
        advice = known->advice;
    }
    if (out.why.status == KITH_UNAUTHORIZED && said.code != "UnauthorizedOperation") {
        if (auto clock = clock_fault(now, answer); !clock.empty()) {
            advice = std::move(clock);
            out.remedy = Remedy::none;
        }
    }
    if (!advice.empty()) out.why.text += ": " + advice;
    if (out.why.status == KITH_UNAUTHORIZED) out.why.text.append("; credentials: ").append(who);
    if (const auto message = gist(said.message); !message.empty()) out.why.text.append("; message of EC2: ").append(message);
    return out;
}

} // namespace ec2
