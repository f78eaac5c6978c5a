// SPDX-License-Identifier: MIT
//
// The tokens of clients at a TCP address: Authorization: Bearer TOKEN.
#pragma once

#include "handler_interface.hpp"

#include <cstddef>
#include <string_view>

namespace kith::app {

inline constexpr std::size_t bearer_token_limit = 256; ///< bytes; longer ones match nothing

/// The right that the value of an Authorization field gives; none when it is empty, of another scheme or unknown. Takes the same time whichever
/// bytes of it are wrong.
Right right_of_authorization(std::string_view authorization, const ApiAccess &access);

/// Whether it contains the token of messages.
bool authorizes_messages(std::string_view authorization, const ApiAccess &access);

} // namespace kith::app
