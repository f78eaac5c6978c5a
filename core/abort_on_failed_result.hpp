// SPDX-License-Identifier: MIT
//
// What boost::system::result asks of an error type of core: how to throw it when the value of a failed result is read. From Boost 1.92
// on it is asked for by `*result` and `result->` too. Core tests every result before it reads the value; to read that of a failed one is
// a defect of core, and ends the process.
#pragma once

#include <boost/assert/source_location.hpp>

#include <cstdlib>

namespace kith::core {

/// Found by the namespace of the error type.
template <typename Error>
[[noreturn]] void throw_exception_from_error(const Error &, const boost::source_location &) {
    std::abort();
}

} // namespace kith::core
