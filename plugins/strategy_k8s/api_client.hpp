// SPDX-License-Identifier: MIT
//
// An HTTP client for the API server. Reads the credentials again for each request, since a projected token is valid for an hour.
#pragma once

#include "api_server_access.hpp"
#include "settings.hpp"

#include <kith/file.hpp>
#include <kith/http.hpp>

#include <memory>

namespace k8s {

/// A response and its client; both must live until the body has been read.
struct ApiResponse {
    std::shared_ptr<kith::http_client> client;
    kith::http_response response;
    std::string url; ///< without the query, for messages
};

/// Limits of one request. A timeout of zero means the client's default.
struct RequestLimits {
    std::chrono::nanoseconds idle{}, whole{};
    std::uint64_t most = 0; ///< maximum size of the body in bytes
};

class ApiClient {
  public:
    ApiClient(kith::host h, const Settings &settings) : settings_(settings), file_(h), http_(h) {}

    /// The namespace of the service account or kubeconfig. Sends no request; errors as for `get`.
    kith::task<kith::result<std::string>> default_namespace();

    /// Sends a GET request. path: with its leading / and its query. Errors: those of kith::http, and those of reading the credentials, such
    /// as KITH_NOT_FOUND and KITH_INVALID. A response with any status code is a success.
    kith::task<kith::result<ApiResponse>> get(std::string path, RequestLimits patience);

  private:
    kith::task<kith::result<ApiServerAccess>> read();
    kith::task<kith::result<ApiServerAccess>> read_service_account();
    kith::task<kith::result<ApiServerAccess>> read_kubeconfig();
    kith::task<kith::result<void>> read_into(std::string path, std::string &out);
    kith::task<kith::result<std::shared_ptr<kith::http_client>>> open_client(const ApiServerAccess &with);

    const Settings &settings_;
    kith::file file_;
    kith::http http_;
    ApiServerAccess last_;
    std::shared_ptr<kith::http_client> http_client_;
};

} // namespace k8s
