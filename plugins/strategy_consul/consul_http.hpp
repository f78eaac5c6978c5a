// SPDX-License-Identifier: MIT
//
// A client for Consul's HTTP API. Reads the files with the token and the CA certificates again for each request.
#pragma once

#include "settings.hpp"

#include <kith/file.hpp>
#include <kith/http.hpp>

#include <memory>

namespace consul {

class ConsulClient {
  public:
    using Duration = std::chrono::nanoseconds;

    /// The permission that a request needs, for error texts.
    enum class Permission : std::uint8_t { read, write };

    ConsulClient(kith::host h, const Settings &settings) : settings_(settings), http_(h), file_(h) {}

    /// Sends a GET request. path: begins with a slash. timeout: for the whole response. A status code other than 200 and those of `also` is
    /// an error, whose text contains the remedy. retry_after: set to the delay that the server requests, or 0.
    kith::task<kith::result<kith::http_answer>> get(std::string path, Duration timeout, std::span<const std::uint32_t> also,
                                                    Duration &retry_after);
    kith::task<kith::result<void>> put(std::string path, std::string body, Duration timeout);

    [[nodiscard]] bool has_token() const noexcept { return !settings_.token.empty() || !settings_.token_file.empty(); }
    /// The required token and policy, for error texts.
    [[nodiscard]] std::string required_token(Permission right) const;

  private:
    kith::task<kith::result<void>> read_into(const std::string &path, std::string &out);
    kith::task<kith::result<std::shared_ptr<kith::http_client>>> open_client();
    kith::task<kith::result<kith::http_answer>> ask(const char *method, std::string path, std::string body, Duration timeout);
    [[nodiscard]] kith::error refused(const kith::http_answer &answer, Permission right) const;

    const Settings &settings_;
    kith::http http_;
    kith::file file_;
    std::shared_ptr<kith::http_client> http_client_; // requests in progress keep their client
    std::string authorities_;                        // the certificates of http_client_
};

} // namespace consul
