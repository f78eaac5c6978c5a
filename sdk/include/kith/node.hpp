// SPDX-License-Identifier: MIT
//
// kith.node/1: the local node that the topology's connector serves. One kith::node for each instance.
#pragma once

#include "service/node.h"
#include "signal.hpp"

namespace kith {

class node {
  public:
    static constexpr std::string_view id = KITH_NODE;

    explicit node(host h) : changed(h), raw_(h.raw()), table_(h.service<kith_node_host>(id)) {
        static constexpr kith_node_plugin table{.changed = [](void *p, kith_str, std::uint64_t) noexcept {
            detail::self(p).enter([p] { detail::self(p).owner<node>(id).changed.notify(); });
        }};
        h.context().provide(id, &table, this);
    }

    /// Empty while it is unknown.
    [[nodiscard]] std::string name() const {
        kith_str out{};
        table_->get(raw_, &out, nullptr);
        return std::string(view(out));
    }
    /// Increases with each change; 0 before the first.
    [[nodiscard]] std::uint64_t epoch() const noexcept {
        std::uint64_t out = 0;
        table_->get(raw_, nullptr, &out);
        return out;
    }

    /// `co_await node.changed.wait()`
    signal changed;

  private:
    const kith_host *raw_;
    const kith_node_host *table_;
};

} // namespace kith
