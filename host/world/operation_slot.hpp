// SPDX-License-Identifier: MIT
//
// Holds at most one outstanding operation of a tenant, such as a read of a stream, and the timer of its timeout.
#pragma once

#include "tenant_resources.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace kith::app {

struct OperationSlot {
    explicit OperationSlot(boost::asio::io_context &io) : timer(io) {}

    /// Begins an operation. owner: the object that contains this slot. late: called when the timeout is over before the
    /// operation ends.
    void begin(TenantResources &resources, const std::shared_ptr<void> &owner, std::uint64_t timeout, std::uint64_t user,
               std::uint64_t *id, Pending::Cancelled cancelled, std::function<void()> late);
    /// An operation is outstanding, or its completion has not run, also after a cancel.
    bool busy(const TenantResources &resources) const { return resources.pending.contains(last); }
    /// Ends the operation `last`; nullopt when it has already ended.
    std::optional<Pending> end(TenantResources &resources);

    std::uint64_t op = 0;   // the outstanding operation
    std::uint64_t last = 0; // the last operation
    bool waiting = false;   // waiting for the kernel
    boost::asio::steady_timer timer;
};

} // namespace kith::app
