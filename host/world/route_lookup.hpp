// SPDX-License-Identifier: MIT
//
// Looks up the route to an address in the kernel.
#pragma once

#include <kith/address.hpp>

namespace kith::app {

struct Route {
    unsigned index = 0; ///< index of the interface; 0: no route, or the lookup failed
    int error = 0;      ///< the reason of index 0, as an errno
    bool asked = true;
};

/// The interface by which a datagram to that address would be sent.
Route route_to(const address &to);

} // namespace kith::app
