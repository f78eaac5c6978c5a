// SPDX-License-Identifier: MIT
//
// The last chunk of a body (RFC 9112, 7.1) is given to Boost.Beast 1.74 as a whole; builds with assertions depend on that.
#pragma once

#include <string_view>

namespace kith::app {

/// Whether these bytes, with which no body ends, may be a part of a last chunk: the parser gets them with those that follow. A size may be
/// written with several zeros, and what is between it and the end of the line is not examined before that.
inline bool may_be_part_of_last_chunk(std::string_view bytes) { return bytes.size() < 5 && bytes.starts_with('0'); }

} // namespace kith::app
