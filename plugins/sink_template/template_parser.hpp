// SPDX-License-Identifier: MIT
//
// The template language. Text is copied; what is between {{ and }} on one line is a tag:
//
//     {{each}} BODY {{between}} SEPARATOR {{else}} TEXT {{end}}   BODY for each peer; TEXT when there is none
//     {{name}} {{key}} {{host}} {{port}} {{attribute.NAME}}       of a peer, within BODY
//     {{topology}}                                                anywhere
//     {{count}}                                                   the number of peers, outside of BODY
//     {{attribute.zone ?? "none" | json}}                         the first that there is, in a form
//
// A line that contains only each, between, else or end, and blanks, is left out. Uses no services.
#pragma once

#include "safe_text.hpp"

#include <kith/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sink_template {

inline constexpr std::size_t max_template_bytes = 1'048'576;
inline constexpr std::size_t max_template_tags = 1'000;

enum class Origin : std::uint8_t { literal, name, key, host, port, attribute, topology, count };

struct Alternative {
    Origin origin = Origin::literal;
    std::string text; ///< the literal, or the name of the attribute
};

struct Value {
    std::vector<Alternative> alternatives; ///< the first that exists and is not empty is used; a literal always exists
    bool address = false, host = false, port = false; ///< checks
    Form form = Form::plain;
};

/// Text, and the value after it, if there is one.
struct Piece {
    std::string text;
    bool has_value = false;
    Value value{};
};
using Pieces = std::vector<Piece>;

/// Pieces, and the block {{each}} .. {{end}} after them, if there is one.
struct Section {
    Pieces before;
    bool has_block = false;
    Pieces body{}, between{}, otherwise{};
};
using Template = std::vector<Section>;

/// KITH_INVALID with line, column and what was expected.
kith::result<Template> parse_template(std::string_view text);

} // namespace sink_template
