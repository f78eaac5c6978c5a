// SPDX-License-Identifier: MIT
//
// What a service manager wants to know (sd_notify(3)): one datagram to $NOTIFY_SOCKET. Without it, nothing happens.
#pragma once

#include <string_view>

namespace kith::app {

/// state: such as "READY=1" or "STOPPING=1". Failures are ignored: nobody was listening.
void notify_service_manager(std::string_view state) noexcept;

} // namespace kith::app
