// SPDX-License-Identifier: MIT
//
// The services kith.clock/1, kith.timer/1, kith.random/1 and kith.loop/1 of a simulated machine.
#include "simulated_machine_body.hpp"

namespace kith::testkit {

namespace {

SimulatedMachine::Body &body(const kith_host *host) noexcept { return *SimulatedMachine::Body::seat_of(host).body; }

constexpr kith_clock_host clock_table = {
    .monotonic = [](const kith_host *host) noexcept -> std::uint64_t {
        SimulatedMachine::Body &on = body(host);
        return on.net.now_ns() + static_cast<std::uint64_t>(on.monotonic_skew.load());
    },
    .wall = [](const kith_host *host) noexcept -> std::int64_t {
        SimulatedMachine::Body &on = body(host);
        return on.net.wall_ns() + on.wall_skew.load();
    },
};

void fired(TenantResources &resources, Op &op) {
    resources.body->trace("timer.fired", op.id, op.status);
    const Entered entered(*resources.tenant, "timer.fired");
    resources.side<kith_timer_plugin>(KITH_TIMER)->fired(resources.tenant->self(), op.user, op.id, op.status);
}

constexpr kith_timer_host timer_table = {
    .start = [](const kith_host *host, std::uint64_t delay, std::uint64_t user, std::uint64_t *id) noexcept -> std::int32_t {
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        SimulatedMachine::Body &on = *resources.body;
        if (const std::int32_t status = on.called(resources, "timer.start"); status != KITH_OK) return status;
        if (const auto *table = resources.side<kith_timer_plugin>(KITH_TIMER); table == nullptr || table->fired == nullptr) {
            return resources.refuse(KITH_INVALID, "the plugin has no kith_timer_plugin.fired");
        }
        Op &op = on.begin(resources, "timer.start", fired, user, id);
        op.fallible = false; // a timer either fires or is cancelled
        const std::uint64_t now = on.net.now_ns();
        on.ready_in(op, delay > UINT64_MAX - now ? UINT64_MAX - now : delay);
        return KITH_OK;
    },
};

constexpr kith_random_host random_table = {
    .fill = [](const kith_host *host, void *out, std::uint64_t size) noexcept { body(host).random.fill(out, size); },
};

constexpr kith_loop_host loop_table = {
    .post = [](const kith_host *host, std::uint64_t user) noexcept -> std::int32_t {
        constexpr std::size_t most = 65536;
        TenantResources &resources = SimulatedMachine::Body::seat_of(host);
        {
            const std::scoped_lock lock(resources.mutex);
            if (resources.silent) return KITH_CANCELLED;
            if (resources.inbox.size() >= most) return KITH_LIMIT;
            resources.inbox.push_back(user);
        }
        resources.body->net.posted(resources.body->machine.index());
        return KITH_OK;
    },
};

} // namespace

const kith_clock_host *clock_service() noexcept { return &clock_table; }
const kith_timer_host *timer_service() noexcept { return &timer_table; }
const kith_random_host *random_service() noexcept { return &random_table; }
const kith_loop_host *loop_service() noexcept { return &loop_table; }

} // namespace kith::testkit
