// SPDX-License-Identifier: MIT
//
// Notifies the service manager, as sd_notify(3) does: sends one datagram to $NOTIFY_SOCKET. No effect if that is not set.
#pragma once

#include <string_view>

namespace kith::app {

/// state: such as "READY=1" or "STOPPING=1". Errors are ignored.
void notify_service_manager(std::string_view state) noexcept;

/// "RELOADING=1" with the time, which systemd needs to know which reload is meant. Every reload ends with "READY=1", whatever its verdict.
void notify_reloading() noexcept;

} // namespace kith::app
