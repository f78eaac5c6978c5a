// SPDX-License-Identifier: MIT
//
// Error answers: {"error": {"code", "message", "remedy"}}.
#pragma once

#include "handler_interface.hpp"

#include <string_view>

namespace kith::app {

/// code: for machines, in words with _; remedy: what to do.
ApiAnswer error_answer(unsigned status, std::string_view code, std::string_view message, std::string_view remedy);

/// What the server answers when there is no request to be routed.
ApiAnswer fault_answer(ApiFault fault);

} // namespace kith::app
