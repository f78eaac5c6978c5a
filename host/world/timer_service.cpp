// SPDX-License-Identifier: MIT
#include "tenant_resources.hpp"

#include <kith/service/timer.h>

#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace kith::app {

namespace {

void complete(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status) {
    const auto *side = resources.side<kith_timer_plugin>(KITH_TIMER);
    Entered guard(resources.tenant, "timer.fired");
    side->fired(resources.tenant.self(), user, op, status);
}

std::int32_t start(const kith_host *host, std::uint64_t delay, std::uint64_t user, std::uint64_t *op) noexcept {
    return guarded(host, [&](TenantResources &resources) {
        const auto *side = resources.side<kith_timer_plugin>(KITH_TIMER);
        if (side == nullptr || side->fired == nullptr)
            return resources.refuse(KITH_INVALID, "the plugin has no kith_timer_plugin.fired");
        auto timer = std::make_shared<boost::asio::steady_timer>(
            resources.io, std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(delay, far_enough))));
        const std::uint64_t id = resources.begin(
            op, {user, [](TenantResources &s, std::uint64_t u, std::uint64_t o) { complete(s, u, o, KITH_CANCELLED); },
                 [timer] { timer->cancel(); }});
        resources.pending.find(id)->second.due = timer->expiry();
        timer->async_wait([resources = resources.shared_from_this(), timer, id](const boost::system::error_code &error) {
            if (error) return; // the cancel completes it
            if (const auto ended = resources->take(id)) complete(*resources, ended->user, id, KITH_OK);
        });
        return KITH_OK;
    });
}

constexpr kith_timer_host timer_functions = {.start = start};

} // namespace

const void *timer_table() noexcept { return &timer_functions; }

} // namespace kith::app
