// SPDX-License-Identifier: MIT
//
// Whether a request may come from where it comes: the checks against browsers that were lured here (DNS rebinding, cross-site requests).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kith::app {

/// Host is localhost, an IP literal or one of `names`, with or without a port: no name that the DNS may give to anybody.
bool host_allowed(std::string_view host, std::span<const std::string> names = {});

/// Origin names the very place that Host does.
bool own_origin(std::string_view origin, std::string_view host);

} // namespace kith::app
