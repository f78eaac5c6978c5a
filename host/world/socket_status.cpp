// SPDX-License-Identifier: MIT
#include "socket_status.hpp"

#include <kith/plugin.h>

#include <cerrno>

namespace kith::app {

std::int32_t status_of(const Error &error) {
    switch (error.value()) {
    case 0: return KITH_OK;
    case ECANCELED: return KITH_CANCELLED;
    case ECONNREFUSED:
    case ECONNRESET: return KITH_REFUSED; // sent by some firewalls
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: return KITH_UNREACHABLE;
    case ETIMEDOUT: return KITH_TIMED_OUT;
    case EACCES:
    case EPERM: return KITH_DENIED;
    case EADDRINUSE: return KITH_EXISTS;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return KITH_LIMIT;
    default: return KITH_IO;
    }
}

} // namespace kith::app
