// SPDX-License-Identifier: MIT
#pragma once

#include <kith/hosting/http_request.hpp>

#include <string>

namespace kith::app {

/// The first line and the headers of a request, as they are sent.
std::string request_head(const HttpRequest &request, const HttpSettings &settings);

} // namespace kith::app
