// SPDX-License-Identifier: MIT
//
// What a client may do: by its credentials at the Unix socket, by its token at a TCP address. And the answers to those who may not.
#pragma once

#include "handler_interface.hpp"

namespace kith::app {

Right right_of(const ApiRequest &request);
/// A right of its own: who reads the state need not read what applications send, nor the reverse.
bool may_message(const ApiRequest &request);

ApiAnswer no_right_to_read(const ApiRequest &request);
ApiAnswer no_right_to_control(const ApiRequest &request);
ApiAnswer no_right_to_message(const ApiRequest &request);

} // namespace kith::app
