// SPDX-License-Identifier: MIT
//
// Where the kernel's routes lead.
#pragma once

#include <kith/address.hpp>

namespace kith::app {

struct Route {
    unsigned index = 0; ///< number of the interface; 0: there is no way, or it could not be asked
    int error = 0;      ///< and then why, as an errno
    bool asked = true;
};

/// By which interface a datagram to that address would leave.
Route route_to(const address &to);

} // namespace kith::app
