// SPDX-License-Identifier: MIT
#include "tenant_resources.hpp"

#include <kith/service/loop.h>

#include <boost/asio/post.hpp>

namespace kith::app {

namespace {

constexpr std::uint32_t most = 65'536; // posts that may wait for one tenant

constexpr kith_loop_host loop_functions = {
    .post = [](const kith_host *host, std::uint64_t user) noexcept -> std::int32_t {
        // [any-thread]: the tenant stays until destroy, and nothing else of it is touched here. No text goes with a refusal:
        // where it is kept belongs to the loop.
        try {
            TenantResources &resources = TenantResources::of(host);
            if (resources.silent) return KITH_CANCELLED;
            if (resources.posted.fetch_add(1, std::memory_order_relaxed) >= most) {
                resources.posted.fetch_sub(1, std::memory_order_relaxed);
                return KITH_LIMIT;
            }
            boost::asio::post(resources.io, [resources = resources.shared_from_this(), user] {
                resources->posted.fetch_sub(1, std::memory_order_relaxed);
                const auto *side = resources->open ? resources->side<kith_loop_plugin>(KITH_LOOP) : nullptr;
                if (side == nullptr || side->posted == nullptr) return;
                Entered guard(resources->tenant, "loop.posted");
                side->posted(resources->tenant.self(), user);
            });
            return KITH_OK;
        } catch (...) {
            return KITH_INTERNAL;
        }
    },
};

} // namespace

const void *loop_table() noexcept { return &loop_functions; }

} // namespace kith::app
