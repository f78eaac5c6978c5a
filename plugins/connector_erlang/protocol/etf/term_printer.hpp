// SPDX-License-Identifier: MIT
//
// Prints terms as Erlang writes them, for reasons that people read.
#pragma once

#include "term_view.hpp"

#include <cstddef>
#include <string>

namespace kith::erlang::etf {

/// The term as `io:format("~p")` would print it, on one line, cut with "..." after about `max` bytes. What is not printable is escaped.
std::string to_text(const TermView &term, std::size_t max = 400);

} // namespace kith::erlang::etf
