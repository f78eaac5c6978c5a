// SPDX-License-Identifier: MIT
#include "ec2_client.hpp"

#include "signature_v4.hpp"

#include <algorithm>

namespace ec2 {

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds api_timeout = 30s;         // for a whole response
constexpr nanoseconds max_retry_after = 5min;    // maximum of a Retry-After that is respected
constexpr nanoseconds first_wait = 1s;           // before the first retry of a page; doubled for each further one
constexpr std::uint64_t api_max_body = 16 << 20; // bytes

constexpr std::string_view form_type = "application/x-www-form-urlencoded; charset=utf-8";

} // namespace

kith::task<kith::result<kith::http_answer>> Ec2Client::send(const std::string &form, const std::string &region,
                                                            const Credentials &with) {
    if (!client_.open()) {
        auto opened = co_await http_.open();
        if (!opened) co_return std::move(opened).error();
        client_ = *std::move(opened);
    }
    const Endpoint to = endpoint_of(settings_, region);
    for (int attempt = 0;; ++attempt) {
        const std::string time = signing_time(provider_.now());
        std::vector<kith::attribute> fields{{"Content-Type", std::string(form_type)}, {"X-Amz-Date", time}};
        if (!with.token.empty()) fields.push_back({"X-Amz-Security-Token", with.token});
        fields.push_back({"Host", to.host});
        std::string signature = authorization({.method = "POST", .path = to.path, .fields = fields, .body = form},
                                              {.region = region, .service = "ec2", .time = time}, with);
        fields.back() = {"Authorization", std::move(signature)}; // the host adds the field Host
        fields.push_back({"User-Agent", "kith"});
        kith::http_request request;
        request.method = "POST";
        request.url = to.url;
        request.fields = fields;
        request.body = form;
        request.timeout = api_timeout;
        request.max_body = api_max_body;
        auto answer = co_await client_.fetch(request);
        // The HTTP client does not repeat a POST when a persistent connection was closed. This request changes nothing, so it is repeated
        // here.
        if (!answer && answer.status() == KITH_RESET && attempt == 0) continue;
        co_return answer;
    }
}

kith::task<kith::result<Page>> Ec2Client::describe(std::string form, int waits) {
    retry_after_ = {};
    std::string region = settings_.region;
    if (region.empty()) {
        auto told = co_await metadata_.region();
        if (!told) co_return std::move(told).error();
        region = *std::move(told);
    }
    nanoseconds pause = first_wait;
    for (bool renewed = false;;) {
        auto with = co_await provider_.get();
        if (!with) co_return std::move(with).error();
        auto answer = co_await send(form, region, *with);
        if (!answer) co_return std::move(answer).error();
        if (answer->code == 200) {
            auto page = parse_page(answer->body, settings_.tag);
            if (!page) page.error().text.insert(0, answer->request + ": ");
            co_return page;
        }
        Explanation reason = explain(*answer, parse_error_response(answer->body), provider_.now(), with->origin);
        if (reason.remedy == Explanation::Remedy::credentials && provider_.invalidate() && !renewed) {
            renewed = true;
            continue;
        }
        retry_after_ = std::min<nanoseconds>(answer->retry_after(), max_retry_after);
        if (reason.remedy != Explanation::Remedy::retry || waits-- <= 0) co_return reason.why;
        const nanoseconds rest = std::max(random_.around(pause, 0.5), retry_after_);
        pause *= 2;
        co_await timer_.sleep(rest);
    }
}

} // namespace ec2
