// SPDX-License-Identifier: MIT
//
// What is asked of Consul's HTTP API, version 1: paths and parameters. Needs no host.
#pragma once

#include "blocking_query_index.hpp"
#include "settings.hpp"

namespace consul {

/// Everything but unreserved characters as %XX (RFC 3986, 2.1 and 2.3).
std::string escaped(std::string_view text);

/// Path of a listing with its parameters, beginning with a slash. A cursor that blocks adds `index` and `wait`.
std::string path_of(const Listing &listing, const Settings &settings, const BlockingQueryIndex &query_index);

/// The same for people: path only, and the datacenter.
std::string describe(const Listing &listing, const Settings &settings);

inline constexpr std::string_view datacenters_path = "/v1/catalog/datacenters";

} // namespace consul
