// SPDX-License-Identifier: MIT
//
// Terms as Erlang writes them: for reasons that people read, and for terms that stand in our source.
#pragma once

#include "term.hpp"
#include "writer.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace kith::erlang::etf {

/// The term as `io:format("~p")` would say it, on one line, cut with "..." after about `max` bytes. What is not printable is escaped.
std::string to_text(const Term &term, std::size_t max = 400);

/// Write the term that `text` describes: integers, atoms (quoted or not), tuples, lists. False, with nothing appended, when it is
/// none of these; nested at most 64 deep.
bool write_text(Writer &out, std::string_view text);

} // namespace kith::erlang::etf
