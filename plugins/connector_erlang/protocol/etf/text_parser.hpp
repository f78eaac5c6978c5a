// SPDX-License-Identifier: MIT
//
// Parses terms as Erlang writes them, for those that are part of our source. Files are parsed by erlang_terms.
#pragma once

#include "writer.hpp"

#include <string_view>

namespace kith::erlang::etf {

/// Write the term that `text` describes: integers, atoms (quoted or not), tuples, lists. False, with nothing appended, when it is
/// none of these; nested at most 64 deep.
bool write_text(Writer &out, std::string_view text);

} // namespace kith::erlang::etf
