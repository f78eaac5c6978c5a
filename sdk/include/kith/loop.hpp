// SPDX-License-Identifier: MIT
//
// kith.loop/1: posts from a plugin's own thread to the loop. One kith::loop for each instance.
#pragma once

#include "host.hpp"
#include "service/loop.h"

#include <functional>

namespace kith {

class loop {
  public:
    static constexpr std::string_view id = KITH_LOOP;

    /// posted: called on the loop with what was posted.
    loop(host h, std::function<void(std::uint64_t)> posted)
        : raw_(h.raw()), table_(h.service<kith_loop_host>(id)), posted_(std::move(posted)) {
        static constexpr kith_loop_plugin table{.posted = [](void *p, std::uint64_t user) noexcept {
            detail::self(p).enter([p, user] { detail::self(p).owner<loop>(id).posted_(user); });
        }};
        h.context().provide(id, &table, this);
    }
    loop(const loop &) = delete;
    loop &operator=(const loop &) = delete;

    /// On any thread. KITH_LIMIT when too many are waiting, KITH_CANCELLED when the instance has ended.
    [[nodiscard]] std::int32_t post(std::uint64_t user) const noexcept { return table_->post(raw_, user); }

  private:
    const kith_host *raw_;
    const kith_loop_host *table_;
    std::function<void(std::uint64_t)> posted_;
};

} // namespace kith
