// SPDX-License-Identifier: MIT
//
// Paths and parameters of requests to Consul's HTTP API, version 1. Uses no services.
#pragma once

#include "blocking_query_index.hpp"
#include "settings.hpp"

namespace consul {

/// Percent-encodes all but unreserved characters (RFC 3986, 2.1 and 2.3).
std::string escaped(std::string_view text);

/// The path of a listing with its parameters; begins with a slash. A query index that blocks adds `index` or `hash`, and `wait`.
std::string path_of(const Listing &listing, const Settings &settings, const BlockingQueryIndex &query_index);

/// The URL and datacenter of a listing, for messages.
std::string describe(const Listing &listing, const Settings &settings);

inline constexpr std::string_view datacenters_path = "/v1/catalog/datacenters";

} // namespace consul
