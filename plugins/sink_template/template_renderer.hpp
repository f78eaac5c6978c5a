// SPDX-License-Identifier: MIT
//
// Renders a template. A peer of which one value cannot stand where the template puts it is left out of the whole file. Uses no services.
#pragma once

#include "template_parser.hpp"

#include <kith/members.hpp>

#include <span>

namespace sink_template {

struct RenderInput {
    std::string_view topology;
    std::uint32_t port = 0; ///< of every peer; 0: each peer's attribute `port`
    std::span<const kith::member> members;
};

struct LeftOutPeer {
    std::string name;
    std::string reason; ///< such as: its attribute `zone`: it is empty
};

struct RenderedText {
    std::string text;
    std::size_t peers = 0; ///< that it contains
    std::vector<LeftOutPeer> left_out;
};

/// KITH_INVALID when a value outside of a peer cannot be rendered: the name of the topology.
kith::result<RenderedText> render(const Template &parsed, const RenderInput &input);

} // namespace sink_template
