// SPDX-License-Identifier: MIT
#include "seat.hpp"

#include <kith/service/loop.h>

#include <boost/asio/post.hpp>

namespace kith::app {

namespace {

constexpr std::uint32_t most = 65'536; // that wait for one tenant

constexpr kith_loop_host loop_functions = {
    .post = [](const kith_host *host, std::uint64_t user) noexcept -> std::int32_t {
        // [any-thread]: the seat stays until destroy, and nothing else of it is touched here. No text goes with a refusal: where
        // it is kept belongs to the loop.
        try {
            Seat &seat = Seat::of(host);
            if (seat.silent) return KITH_CANCELLED;
            if (seat.posted.fetch_add(1, std::memory_order_relaxed) >= most) {
                seat.posted.fetch_sub(1, std::memory_order_relaxed);
                return KITH_LIMIT;
            }
            boost::asio::post(seat.io, [seat = seat.shared_from_this(), user] {
                seat->posted.fetch_sub(1, std::memory_order_relaxed);
                const auto *side = seat->open ? seat->side<kith_loop_plugin>(KITH_LOOP) : nullptr;
                if (side == nullptr || side->posted == nullptr) return;
                Entered guard(seat->tenant, "loop.posted");
                side->posted(seat->tenant.self(), user);
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
