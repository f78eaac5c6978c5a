// SPDX-License-Identifier: MIT
//
// Converts errors of sockets to statuses of kith.
#pragma once

#include <boost/system/error_code.hpp>

#include <cstdint>

namespace kith::app {

using Error = boost::system::error_code;

/// The status of an error of connect, listen or accept.
std::int32_t status_of(const Error &error);

} // namespace kith::app
