// SPDX-License-Identifier: MIT
//
// The head of an answer.
#pragma once

#include <host/api/handler_interface.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace kith::app {

/// length: of the body; nothing: it ends with the connection. keep_alive: the connection stays open.
std::string response_head(const ApiAnswer &answer, std::optional<std::size_t> length, bool keep_alive);

} // namespace kith::app
