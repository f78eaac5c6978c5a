// SPDX-License-Identifier: MIT
//
// Notifies the service manager, as sd_notify(3) does: sends one datagram to $NOTIFY_SOCKET. No effect if that is not set.
#pragma once

#include <string_view>

namespace kith::app {

/// state: such as "READY=1" or "STOPPING=1". Errors are ignored.
void notify_service_manager(std::string_view state) noexcept;

} // namespace kith::app
