// SPDX-License-Identifier: MIT
#include "operation_slot.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::app {

void OperationSlot::begin(TenantResources &resources, const std::shared_ptr<void> &owner, std::uint64_t timeout,
                          std::uint64_t user, std::uint64_t *id, Pending::Cancelled cancelled, std::function<void()> late) {
    op = last = resources.begin(id, {user, std::move(cancelled), [alive = std::weak_ptr(owner), this] {
                                         const auto kept = alive.lock();
                                         if (!kept) return;
                                         op = 0;
                                         timer.cancel();
                                     }});
    if (timeout == 0) return;
    timer.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(timeout, far_enough))));
    timer.async_wait([owner, this, of = op, late = std::move(late)](const boost::system::error_code &error) {
        if (!error && op == of) late();
    });
}

std::optional<Pending> OperationSlot::end(TenantResources &resources) {
    op = 0;
    timer.cancel();
    return resources.take(last);
}

} // namespace kith::app
