// SPDX-License-Identifier: MIT
#include "metadata_service.hpp"

#include <algorithm>

namespace ec2 {

namespace {

using namespace std::chrono_literals;

constexpr auto to_connect = 2s;
constexpr auto metadata_timeout = 5s; // the service runs on this host, and responds in milliseconds
constexpr std::uint64_t metadata_max_body = 65'536;
constexpr std::string_view root = "/latest/meta-data/", token_path = "/latest/api/token";

constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool printable(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

kith::error MetadataService::no_metadata_service(const kith::error &why) const {
    std::string text =
        "no metadata service at " + settings_.metadata + ": kith does not run on EC2, or may not access the service";
    if (const auto missing = missing_settings(settings_); !missing.empty()) text += "; configure " + missing;
    return {why.status, text + " (" + why.text + ")"};
}

kith::task<kith::result<kith::http_answer>> MetadataService::ask(std::string_view method, std::string_view path,
                                                                 const kith::attribute *field) {
    if (!client_.open()) {
        kith::http_settings with;
        with.connect_timeout = to_connect;
        auto opened = co_await http_.open(with);
        if (!opened) co_return std::move(opened).error();
        client_ = *std::move(opened);
    }
    const std::string url = settings_.metadata + std::string(path);
    kith::http_request request;
    request.method = method;
    request.url = url;
    if (field != nullptr) request.fields = {field, 1};
    request.timeout = metadata_timeout;
    request.max_body = metadata_max_body;
    co_return co_await client_.fetch(request);
}

kith::task<bool> MetadataService::answers() {
    const auto answer = co_await ask("GET", root, nullptr);
    co_return answer.has_value();
}

kith::task<kith::result<void>> MetadataService::new_token() {
    token_.clear();
    const kith::attribute lifetime{"X-aws-ec2-metadata-token-ttl-seconds", "21600"};
    auto answer = co_await ask("PUT", token_path, &lifetime);
    if (!answer) {
        // The response to PUT has a limited number of hops, by an option of the instance; the response to GET has not.
        bool limited = answer.status() == KITH_TIMED_OUT;
        if (limited) limited = co_await answers();
        if (!limited) co_return no_metadata_service(answer.error());
        co_return kith::error(KITH_TIMED_OUT,
                              settings_.metadata +
                                  ": the service responds, but its session token does not arrive: the hop limit is too low, "
                                  "for example for a container; set HttpPutResponseHopLimit of the instance to 2");
    }
    if (answer->code == 403)
        co_return kith::error(KITH_UNAUTHORIZED, settings_.metadata +
                                                     ": the server answered 403: the metadata service of this instance is "
                                                     "disabled; set HttpEndpoint of the instance to enabled");
    if (answer->code != 200) {
        kith::error why = answer->refusal();
        why.text += ": no session token, so this is not the metadata service of EC2, or `metadata` is wrong";
        co_return why;
    }
    if (!printable(answer->body))
        co_return kith::error(KITH_PROTOCOL,
                              settings_.metadata + std::string(token_path) + ": the response is not a session token");
    token_ = std::move(answer->body);
    co_return kith::result<void>();
}

kith::task<kith::result<std::string>> MetadataService::get(std::string path) {
    path.insert(0, root);
    for (int attempt = 0;; ++attempt) {
        if (token_.empty()) {
            auto renewed = co_await new_token();
            if (!renewed) co_return std::move(renewed).error();
        }
        const kith::attribute token{"X-aws-ec2-metadata-token", token_};
        auto answer = co_await ask("GET", path, &token);
        if (!answer) co_return no_metadata_service(answer.error());
        if (answer->code == 200) co_return std::move(answer->body);
        kith::error why = answer->refusal();
        if (answer->code != 401) co_return why;
        token_.clear(); // it is valid for 6 h, until the service restarts
        if (attempt == 0) continue;
        why.text += ": the service refused a session token that it has just issued; possibly a proxy distributes requests to "
                    "several instances";
        co_return why;
    }
}

kith::task<kith::result<std::string>> MetadataService::once(std::string &known, std::string path, std::string_view characters) {
    if (!known.empty()) co_return known;
    auto got = co_await get(path);
    if (!got) co_return std::move(got).error();
    if (got->empty() || got->size() > 64 || got->find_first_not_of(characters) != std::string::npos)
        co_return kith::error(KITH_PROTOCOL,
                              settings_.metadata + std::string(root) + path + ": expected letters, digits and -");
    known = *std::move(got);
    co_return known;
}

kith::task<kith::result<std::string>> MetadataService::region() { return once(region_, "placement/region", name_letters); }

kith::task<kith::result<std::string>> MetadataService::instance() { return once(instance_, "instance-id", name_letters); }

} // namespace ec2
