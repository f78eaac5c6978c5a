// SPDX-License-Identifier: MIT
//
// One direction of a stream or of a datagram socket, and the operation that is outstanding in it.
#pragma once

#include "tenant_resources.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace kith::app {

struct IoDirection {
    explicit IoDirection(boost::asio::io_context &io) : timer(io) {}

    /// Begin an operation. owner: of this way. late: what is to be done when its time is over and it is not.
    void begin(TenantResources &resources, const std::shared_ptr<void> &owner, std::uint64_t timeout, std::uint64_t user,
               std::uint64_t *id, Pending::Cancelled cancelled, std::function<void()> late);
    /// One is outstanding, or its completion is: also when it was cancelled.
    bool busy(const TenantResources &resources) const { return resources.pending.contains(last); }
    /// It ends now, with the id `last`; nothing when it has ended already.
    std::optional<Pending> end(TenantResources &resources);

    std::uint64_t op = 0;   // to be told of what comes
    std::uint64_t last = 0; // that was begun
    bool waiting = false;   // for the kernel
    boost::asio::steady_timer timer;
};

} // namespace kith::app
