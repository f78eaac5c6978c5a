// SPDX-License-Identifier: MIT
//
// The way to the API server: credentials, read again each time they are used (a projected token lives an hour), and a client for them.
#pragma once

#include "credentials.hpp"
#include "settings.hpp"

#include <kith/file.hpp>
#include <kith/http.hpp>

#include <memory>

namespace k8s {

/// An answer and the client it came by: both live as long as its body is read.
struct ApiResponse {
    std::shared_ptr<kith::http_client> client;
    kith::http_response response;
    std::string url; ///< without its query, for people
};

/// A time-out of zero is the client's default.
struct RequestLimits {
    std::chrono::nanoseconds idle{}, whole{};
    std::uint64_t most = 0; ///< bytes of the body
};

class ApiClient {
  public:
    ApiClient(kith::host h, const Settings &settings) : settings_(settings), file_(h), http_(h) {}

    /// The namespace where nothing else is configured. As `get`, without asking the server.
    kith::task<kith::result<std::string>> default_namespace();

    /// path: from its /, with its query. Failures: what kith::http tells; KITH_NOT_FOUND, KITH_INVALID and the like when the
    /// credentials cannot be read. Any code of the server is an answer.
    kith::task<kith::result<ApiResponse>> get(std::string path, RequestLimits patience);

  private:
    kith::task<kith::result<Credentials>> read();
    kith::task<kith::result<Credentials>> read_service_account();
    kith::task<kith::result<Credentials>> read_kubeconfig_credentials();
    kith::task<kith::result<void>> read_into(std::string path, std::string &out);
    kith::task<kith::result<std::shared_ptr<kith::http_client>>> open_client(const Credentials &with);

    const Settings &settings_;
    kith::file file_;
    kith::http http_;
    Credentials last_;
    std::shared_ptr<kith::http_client> http_client_;
};

} // namespace k8s
