// SPDX-License-Identifier: MIT
//
// Sends a batch to the receiver, once: one POST over a connection that is kept.
#pragma once

#include "event_batch.hpp"
#include "response_verdict.hpp"

#include <kith/clock.hpp>
#include <kith/file.hpp>
#include <kith/http.hpp>
#include <kith/options.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace sink_webhook {

struct Attempt {
    Verdict verdict = Verdict::failed;
    std::int32_t status = KITH_OK;      ///< of a request without a response
    std::string reason;                 ///< why it was not accepted
    std::chrono::seconds retry_after{}; ///< that the receiver asks for
};

class ReceiverClient {
  public:
    /// clock: outlives this object.
    ReceiverClient(kith::host host, const kith::options &options, const kith::clock &clock)
        : clock_(clock),
          file_(host),
          http_(host),
          url_(options.text("/url")),
          secret_(options.text("/secret")),
          authority_file_(options.text("/certificate_authority")),
          timeout_(options.milliseconds("/timeout")) {
        headers_.push_back({"Content-Type", "application/json"});
        headers_.push_back({"User-Agent", "kith"});
        for (std::uint64_t i = 0; i < options.size("/headers"); ++i) {
            const std::string_view name = options.member("/headers", i);
            headers_.push_back({std::string(name), std::string(options.text("/headers/" + std::string(name)))});
        }
    }

    kith::task<Attempt> post(const EventBatch &batch) {
        if (!open_) {
            auto opened = co_await open();
            if (!opened) co_return failed(opened.error());
        }
        const std::string body = body_of(batch);
        std::vector<kith::attribute> headers = headers_;
        headers.push_back({"Kith-Delivery", delivery_of(batch)});
        if (!secret_.empty()) {
            const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall()).count();
            headers.push_back({"Kith-Signature", signature_of(secret_, now, body)});
        }
        const kith::http_request request{.method = "POST", .url = url_, .fields = headers, .body = body, .timeout = timeout_};
        auto response = co_await client_.request(request);
        if (!response) {
            // Its files may have been replaced: the next attempt reads them again.
            if (response.status() == KITH_UNAUTHORIZED) open_ = false;
            Attempt out = failed(response.error());
            // The host refuses what cannot be sent without a text.
            if (out.status == KITH_INVALID) out.reason = "the option `url` is no address, or one of `headers` cannot be sent";
            co_return out;
        }
        Attempt out;
        out.verdict = verdict_of(response->code);
        out.retry_after = std::min(response->retry_after(), std::chrono::seconds(3600));
        if (out.verdict != Verdict::accepted) out.reason = reason_of(response->code, response->field("Location"));
        co_await discard_body(*response);
        co_return out;
    }

  private:
    static Attempt failed(const kith::error &why) {
        Attempt out;
        out.status = why.status;
        out.reason = why.text;
        return out;
    }

    kith::task<kith::result<void>> open() {
        std::string authorities;
        if (!authority_file_.empty()) {
            auto content = co_await file_.read(authority_file_, 1U << 20U);
            if (!content)
                co_return kith::error(content.status(), "the option `certificate_authority`: " + content.error().text);
            authorities = std::move(content->bytes);
        }
        const kith::http_settings settings{.authorities = authorities, .max_body = max_body};
        auto opened = co_await http_.open(settings);
        if (!opened && !authority_file_.empty())
            co_return kith::error(opened.status(),
                                  "the option `certificate_authority`: " + authority_file_ + ": " + opened.error().text);
        if (!opened) co_return std::move(opened).error();
        client_ = *std::move(opened);
        open_ = true;
        co_return kith::result<void>();
    }

    /// The connection is kept only when the body was read. What is wrong with the body does not matter: the code has decided.
    static kith::task<> discard_body(kith::http_response &response) {
        std::array<std::byte, 4096> buffer;
        for (;;) {
            const auto got = co_await response.read(buffer);
            if (!got) co_return;
        }
    }

    static constexpr std::uint64_t max_body = 65'536; // of a response

    const kith::clock &clock_;
    kith::file file_;
    kith::http http_;
    const std::string url_, secret_, authority_file_;
    const std::chrono::nanoseconds timeout_;
    std::vector<kith::attribute> headers_;
    kith::http_client client_;
    bool open_ = false;
};

} // namespace sink_webhook
