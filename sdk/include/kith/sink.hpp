// SPDX-License-Identifier: MIT
//
// kith.sink/1: kith::sink, the base of every sink.
#pragma once

#include "instance.hpp"
#include "service/sink.h"

#include <cstring>
#include <vector>

namespace kith {

/// As kith_event, with strings of its own.
struct event {
    std::uint64_t seq = 0;
    std::int64_t time = 0;      // nanoseconds since 1970
    std::uint64_t duration = 0; // nanoseconds
    std::uint32_t kind = 0;     // KITH_EVENT_...
    std::int32_t status = KITH_OK;
    std::string topology, connector, source, peer, reason;
    std::string json;

    event() = default;
    explicit event(const kith_event &e)
        : seq(e.seq),
          time(e.time),
          duration(e.duration),
          kind(e.kind),
          status(e.status),
          topology(view(e.topology)),
          connector(view(e.connector)),
          source(view(e.source)),
          peer(view(e.peer)),
          reason(view(e.reason)),
          json(view(e.json)) {}
};

class sink : public instance {
  public:
    static constexpr std::uint32_t kind = KITH_KIND_SINK;
    static constexpr std::string_view id = KITH_SINK;
    using needs = kith::services<kith::sink>;

    explicit sink(host h) : instance(h), raw_(h.raw()), table_(h.service<kith_sink_host>(id)) {
        static constexpr kith_sink_plugin table{.events = [](void *p, std::uint64_t batch, const kith_event *list,
                                                             std::uint32_t count, std::uint32_t stride) noexcept {
            auto &home = detail::self(p);
            home.enter([=, &home] {
                auto &me = *static_cast<sink *>(home.object);
                std::vector<event> kept;
                kept.reserve(count);
                const auto *at = reinterpret_cast<const char *>(list);
                for (std::uint32_t i = 0; i < count; ++i, at += stride) {
                    kith_event one{};
                    std::memcpy(&one, at, stride < sizeof one ? stride : sizeof one);
                    kept.emplace_back(one);
                }
                home.spawn(me.carry_out(batch, std::move(kept)));
            });
        }};
        h.context().provide(id, &table);
    }

    /// Called with the next batch; again when this task has ended. There is no batch before `subscribe`, which run() calls.
    virtual task<void> events(std::vector<event> batch) = 0;

  protected:
    /// Sets the kinds to receive from now on: bits 1 << KITH_EVENT_...
    std::int32_t subscribe(std::uint64_t mask) const noexcept { return table_->subscribe(raw_, mask); }

  private:
    task<void> carry_out(std::uint64_t batch, std::vector<event> list) {
        co_await events(std::move(list));
        table_->taken(raw_, batch);
    }

    const kith_host *raw_;
    const kith_sink_host *table_;
};

} // namespace kith
