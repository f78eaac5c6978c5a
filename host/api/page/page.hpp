// SPDX-License-Identifier: MIT
//
// The status page: one HTML document with its style and script, which is the answer to GET /. It contains nothing about a cluster: it
// reads /v1/state and /v1/events itself. Its sources are the other files of this directory; assemble.cmake embeds them.
#pragma once

#include <host/api/handler_interface.hpp>

#include <cstddef>
#include <string_view>

namespace kith::app {

inline constexpr std::size_t page_limit = 60'000; ///< bytes of the document

/// The document, as it was when this was built.
extern const std::string_view page_text;
/// SHA-256 of its script and its style, as a Content-Security-Policy contains them.
extern const std::string_view page_script_hash, page_style_hash;

/// The document with the fields that confine it: it may run its own script and style, ask its own origin, and nothing else.
ApiAnswer page_answer();

} // namespace kith::app
