// SPDX-License-Identifier: MIT
//
// kith.discovery/1: kith::strategy, the base of every strategy, and `discovery`, by which it reports its observations.
#pragma once

#include "instance.hpp"
#include "packed_peers.hpp"
#include "peer.hpp"
#include "service/discovery.h"

#include <concepts>

namespace kith {

/// Each call returns a status; a negative one was counted by the host as a failed observation.
class discovery {
  public:
    static constexpr std::string_view id = KITH_DISCOVERY;

    explicit discovery(host h) : raw_(h.raw()), table_(h.service<kith_discovery_host>(id)) {}

    /// Reports a complete query: these are all peers. Never call it with an empty list in place of `failed`.
    std::int32_t replace(std::span<const peer> peers) const {
        const detail::peers_view list(peers);
        return table_->replace(raw_, list.data(), list.size(), sizeof(kith_peer));
    }

    template <std::same_as<packed_peers> Packed> // `replace({})` calls the overload above
    std::int32_t replace(const Packed &peers) const {
        return table_->replace(raw_, peers.all().data(), static_cast<std::uint32_t>(peers.size()), sizeof(kith_peer));
    }

    /// Reports changes. missing: keys that are not found any more; left: keys that the source states to be removed.
    std::int32_t update(std::span<const peer> upserted, std::span<const std::string> missing = {},
                        std::span<const std::string> left = {}) const {
        const detail::peers_view list(upserted);
        return update_with(list.data(), list.size(), missing, left);
    }
    template <std::same_as<packed_peers> Packed>
    std::int32_t update(const Packed &upserted, std::span<const std::string> missing = {},
                        std::span<const std::string> left = {}) const {
        return update_with(upserted.all().data(), static_cast<std::uint32_t>(upserted.size()), missing, left);
    }

    /// True: every change will be reported from now on. False: changes are not watched any more.
    std::int32_t watching(bool in_sync) const noexcept { return table_->watching(raw_, in_sync ? 1 : 0); }

    /// Reports that the medium is received, so that leases continue to run.
    std::int32_t heard() const noexcept { return table_->heard(raw_); }

    /// Reports a failed query. The last set stays in use.
    std::int32_t failed(const error &why) const noexcept { return table_->failed(raw_, why.status, str(why.text)); }

    /// Reports how many items are not peers, and why: before the replace or update they belong to. 0 items: why the set is empty.
    std::int32_t left_out(std::uint32_t items, std::string_view reason) const noexcept {
        return table_->left_out(raw_, items, str(reason));
    }

  private:
    std::int32_t update_with(const kith_peer *peers, std::uint32_t count, std::span<const std::string> missing,
                             std::span<const std::string> left) const {
        const auto m = keys(missing), l = keys(left);
        return table_->update(raw_, peers, count, sizeof(kith_peer), m.data(), static_cast<std::uint32_t>(m.size()), l.data(),
                              static_cast<std::uint32_t>(l.size()));
    }
    static std::vector<kith_str> keys(std::span<const std::string> list) {
        std::vector<kith_str> out;
        out.reserve(list.size());
        for (const auto &key : list) out.push_back(str(key));
        return out;
    }

    const kith_host *raw_;
    const kith_discovery_host *table_;
};

class strategy : public instance {
  public:
    static constexpr std::uint32_t kind = KITH_KIND_STRATEGY;
    using needs = kith::services<kith::discovery>;

    explicit strategy(host h) : instance(h), discovery(h) {
        static constexpr kith_discovery_plugin table{.refresh = [](void *p) noexcept {
            auto &home = detail::self(p);
            home.enter([&home] {
                if (!home.stopping) static_cast<strategy *>(home.object)->refresh();
            });
        }};
        h.context().provide(KITH_DISCOVERY, &table);
    }

    /// Query now, regardless of the interval, and report replace, update or failed. A loop that polls waits with
    /// `co_await wake.wait_for(interval)` and notifies `wake` here.
    virtual void refresh() = 0;

  protected:
    kith::discovery discovery;
};

} // namespace kith
