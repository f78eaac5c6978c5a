// SPDX-License-Identifier: MIT
#pragma once

#include <kith/hosting/http_request.hpp>

#include <string>

namespace kith::app {

/// Builds the request line and the headers of a request.
std::string request_head(const HttpRequest &request, const HttpSettings &settings);

} // namespace kith::app
