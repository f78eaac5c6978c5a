// SPDX-License-Identifier: MIT
//
// Where the kernel's routes lead.
#pragma once

#include <kith/address.hpp>

namespace kith::app {

/// Number of the interface by which a datagram to that address would leave; 0 when there is none, and then why, as an errno.
unsigned route_to(const address &to, int &error);

} // namespace kith::app
