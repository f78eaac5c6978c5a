// SPDX-License-Identifier: MIT
//
// Strategy rancher: the peers are the containers of the local container's service, from Rancher's metadata service.
#include "service_parser.hpp"

#include <kith/http.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

#include <algorithm>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds request_timeout = 10s;       // for a whole response
constexpr nanoseconds max_retry_after = 5min;      // maximum of a server's Retry-After that is respected
constexpr std::uint64_t largest_answer = 16 << 20; // bytes

class rancher_metadata : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "rancher",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The containers of the local service, from Rancher's metadata service.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["node_basename"],
            "properties": {
                "node_basename": {
                    "description": "The part of the node names before the @.",
                    "type": "string",
                    "pattern": "^[^@\\s]{1,200}$",
                    "x-kith-node-name": "part"
                },
                "polling_interval": {
                    "description": "Time between queries, varied by ±10 %. After a failure the delay starts shorter and increases up to 30 s.",
                    "type": "integer",
                    "default": 5000,
                    "minimum": 100,
                    "maximum": 86400000,
                    "x-kith-unit": "ms"
                },
                "url": {
                    "description": "URL of the metadata service; kith requests /latest/self/service below it.",
                    "type": "string",
                    "default": "http://rancher-metadata",
                    "pattern": "^https?://[^\\s?#]+$",
                    "x-kith-url": true,
                    "x-kith-expected": "http:// or https:// and a host, such as http://rancher-metadata"
                }
            }
        })",
    };
    using required = kith::services<kith::options, kith::timer, kith::random, kith::http>;

    explicit rancher_metadata(kith::host h)
        : strategy(h),
          random_(h),
          http_(h),
          wake_(h),
          basename_(kith::options(h).text("/node_basename")),
          url_(kith::options(h).text("/url")),
          pace_(kith::options(h).milliseconds("/polling_interval")) {
        while (url_.ends_with('/')) url_.pop_back();
        url_ += "/latest/self/service";
    }

    kith::task<> run() override {
        for (;;) {
            const bool looked = co_await look();
            const nanoseconds pause = looked ? pace_.good() : pace_.bad(wish_);
            (void)co_await wake_.wait_for(random_.around(pause));
        }
    }

    void refresh() override { wake_.notify(); }

  private:
    // Returns false when the query failed.
    kith::task<bool> look() {
        wish_ = 0s;
        auto service = co_await ask();
        if (!service) {
            discovery.failed(service.error());
            co_return false;
        }
        addresses_ = std::move(service->addresses);
        if (service->without_address != 0) discovery.left_out(service->without_address, "the container has no address yet");
        if (service->ended != 0) discovery.left_out(service->ended, "the container is stopped or removed, or about to be");
        service->unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
        if (service->doubled != 0) discovery.left_out(service->doubled, "another container has the same address");
        if (service->peers.empty() && service->without_address + service->ended + service->unusable.total() == 0)
            discovery.left_out(0, "the service has no containers");
        co_return discovery.replace(service->peers) >= 0;
    }

    kith::task<kith::result<rancher::Service>> ask() {
        if (!client_.open()) {
            auto opened = co_await http_.open();
            if (!opened) co_return std::move(opened).error();
            client_ = *std::move(opened);
        }
        const kith::attribute accept[] = {{"Accept", "application/json"}};
        kith::http_request request;
        request.url = url_;
        request.fields = accept;
        request.timeout = request_timeout;
        request.max_body = largest_answer;
        const auto answer = co_await client_.fetch(request);
        if (!answer) co_return answer.error();
        if (answer->code != 200) co_return refused(*answer);
        auto service = rancher::parse_service(answer->body, basename_, addresses_);
        if (!service) service.error().text = url_ + ": " + service.error().text;
        co_return service;
    }

    kith::error refused(const kith::http_answer &answer) {
        kith::error why = answer.refusal();
        why.text += "; expected 200";
        if (answer.code == 404) why.text += ": this container belongs to no service, or that is not Rancher's metadata service";
        if (answer.code / 100 == 3) why.text += ": redirects are not followed, configure the url they lead to";
        wish_ = std::min<nanoseconds>(answer.retry_after(), max_retry_after);
        return why;
    }

    kith::random random_;
    kith::http http_;
    kith::signal wake_;
    kith::http_client client_;
    const std::string basename_;
    std::string url_;
    kith::pace pace_;
    rancher::KnownAddresses addresses_; // of the last answer
    nanoseconds wish_{};                // what the server asks us to wait
};

} // namespace

KITH_PLUGIN(rancher_metadata)
