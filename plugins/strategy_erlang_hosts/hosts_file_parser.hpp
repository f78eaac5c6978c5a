// SPDX-License-Identifier: MIT
//
// Parses `.hosts.erlang`: Erlang terms, each an atom and a full stop.
//
//     % two hosts
//     'super.eua.ericsson.se'.
//     renat.
#pragma once

#include <kith/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace erlang_hosts {

inline constexpr std::uint64_t max_file = 1U << 20U;
inline constexpr std::size_t max_hosts = 10'000;

/// The hosts without duplicates, in file order. path: for error texts, which begin with path:line:column (both from 1, columns in
/// characters) and contain what was expected. Errors: KITH_INVALID: syntax error; KITH_LIMIT: more than max_hosts.
kith::result<std::vector<std::string>> parse_hosts_file(std::string_view text, std::string_view path);

} // namespace erlang_hosts
