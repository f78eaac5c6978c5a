// SPDX-License-Identifier: MIT
//
// Consul's HTTP API, as this plugin talks to it: with the token and the authorities as their files have them now.
#pragma once

#include "settings.hpp"

#include <kith/file.hpp>
#include <kith/http.hpp>

#include <memory>

namespace consul {

class ConsulClient {
  public:
    using Duration = std::chrono::nanoseconds;

    /// What the token must be allowed, for the text of a refusal.
    enum class Permission : std::uint8_t { read, write };

    ConsulClient(kith::host h, const Settings &settings) : settings_(settings), http_(h), file_(h) {}

    /// path begins with a slash. timeout: for the whole of the answer. Any code but 200 and those of `also` is an error, which says what
    /// to do. wish: how long the server asks us to wait, else 0.
    kith::task<kith::result<kith::http_answer>> get(std::string path, Duration timeout, std::span<const std::uint32_t> also,
                                                    Duration &retry_after);
    kith::task<kith::result<void>> put(std::string path, std::string body, Duration timeout);

    [[nodiscard]] bool has_token() const noexcept { return !settings_.token.empty() || !settings_.token_file.empty(); }
    /// What to configure, for people.
    [[nodiscard]] std::string required_token(Permission right) const;

  private:
    kith::task<kith::result<void>> read_into(const std::string &path, std::string &out);
    kith::task<kith::result<std::shared_ptr<kith::http_client>>> open_client();
    kith::task<kith::result<kith::http_answer>> ask(const char *method, std::string path, std::string body, Duration timeout);
    [[nodiscard]] kith::error refused(const kith::http_answer &answer, const std::string &url, Permission right) const;

    const Settings &settings_;
    kith::http http_;
    kith::file file_;
    std::shared_ptr<kith::http_client> http_client_; // those who still use an old one keep it
    std::string authorities_;                        // those http_client_ was opened with
};

} // namespace consul
