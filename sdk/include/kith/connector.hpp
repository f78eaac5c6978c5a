// SPDX-License-Identifier: MIT
//
// kith.connector/1: kith::connector, the base of every connector, and `links`, by which it reports its node and the node's links.
//
// connect and disconnect are tasks, one for each operation; their result is reported to the host when they end. When the host cancels
// an operation, its task is asked to end: its current await throws kith::stopped, and the operation completes with KITH_CANCELLED.
#pragma once

#include "instance.hpp"
#include "peer.hpp"
#include "service/connector.h"
#include "timer.hpp"

namespace kith {

struct link {
    std::string name;
    std::vector<attribute> attributes{};
    bool connected = true; // false: KITH_LINK_NOT_CONNECTED
};

/// Counts the epochs: one begins with each `attached`.
class links {
  public:
    static constexpr std::string_view id = KITH_CONNECTOR;

    explicit links(host h) : raw_(h.raw()), table_(h.service<kith_connector_host>(id)) {}

    /// Reports that the node with this name can be driven. Call `all` next.
    std::int32_t attached(std::string_view node) noexcept { return table_->attached(raw_, str(node), ++epoch_); }

    /// Reports that the node cannot be driven: its links are unknown, and the host requests no connects.
    std::int32_t detached(const error &why) const noexcept { return table_->detached(raw_, why.status, str(why.text)); }

    /// Reports the complete set of links.
    std::int32_t all(std::span<const link> list) const {
        std::vector<std::vector<kith_attribute>> attributes(list.size());
        std::vector<kith_link> out;
        out.reserve(list.size());
        for (std::size_t i = 0; i < list.size(); ++i) out.push_back(form(list[i], attributes[i]));
        return table_->links(raw_, epoch_, out.data(), static_cast<std::uint32_t>(out.size()), sizeof(kith_link));
    }
    std::int32_t up(const link &one) const {
        std::vector<kith_attribute> attributes;
        const auto out = form(one, attributes);
        return table_->link_up(raw_, epoch_, &out);
    }
    std::int32_t down(std::string_view name, std::string_view reason) const noexcept {
        return table_->link_down(raw_, epoch_, str(name), str(reason));
    }

    /// The epoch of the last `attached`; 0 before the first.
    [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  private:
    friend class connector;

    static kith_link form(const link &from, std::vector<kith_attribute> &attributes) {
        for (const auto &a : from.attributes) attributes.push_back({str(a.name), str(a.value)});
        return {str(from.name), attributes.data(), static_cast<std::uint32_t>(attributes.size()),
                from.connected ? 0 : KITH_LINK_NOT_CONNECTED};
    }

    const kith_host *raw_;
    const kith_connector_host *table_;
    std::uint64_t epoch_ = 0;
};

class connector : public instance {
  public:
    static constexpr std::uint32_t kind = KITH_KIND_CONNECTOR;
    using needs = kith::services<kith::links, kith::timer>;

    explicit connector(host h) : instance(h), links(h), later_(h) {
        static constexpr kith_connector_plugin table{
            .connect = [](void *p, std::uint64_t op, const kith_peer *peer) noexcept { return begin<true>(p, op, peer); },
            .disconnect = [](void *p, std::uint64_t op, const kith_peer *peer) noexcept { return begin<false>(p, op, peer); },
            .cancel = [](void *p, std::uint64_t op) noexcept { detail::self(p).enter([=] { detail::self(p).end(op); }); },
            .refresh =
                [](void *p) noexcept {
                    auto &home = detail::self(p);
                    home.enter([&home] {
                        if (!home.stopping) static_cast<connector *>(home.object)->refresh();
                    });
                },
        };
        h.context().provide(KITH_CONNECTOR, &table);
    }

    /// Makes a link to the peer. Succeeds if there is one already. A new link is reported by `links.up`.
    virtual task<result<void>> connect(peer to) = 0;
    /// Ends the link to the peer. Succeeds if there is none.
    virtual task<result<void>> disconnect(peer from) = 0;
    /// Report `links.all` again, as soon as possible.
    virtual void refresh() = 0;

  protected:
    kith::links links;

  private:
    template <bool joining>
    static std::int32_t begin(void *p, std::uint64_t op, const kith_peer *peer) noexcept {
        auto &home = detail::self(p);
        if (home.stopping) return KITH_CANCELLED;
        std::int32_t status = KITH_OK;
        home.beginning = op;
        home.enter([&] {
            auto &me = *static_cast<connector *>(home.object);
            try {
                home.spawn(me.carry_out(op, joining ? me.connect(detail::keep(*peer)) : me.disconnect(detail::keep(*peer))),
                           op);
            } catch (...) {
                status = KITH_LIMIT; // no memory for the task: nothing has begun
            }
        });
        home.beginning = 0;
        return status;
    }

    task<void> carry_out(std::uint64_t op, task<result<void>> work) {
        kith::error end(KITH_OK, std::string{});
        try {
            if (auto done = co_await std::move(work); !done) end = std::move(done).error();
        } catch (const stopped &) {
            end = kith::error(KITH_CANCELLED);
        } catch (const kith::error &e) {
            end = e;
        } catch (const std::exception &e) {
            end = kith::error(KITH_INTERNAL, std::string(e.what()));
        }
        if (context().beginning == op) {
            try {
                co_await later_.sleep({}); // T2: not inside the call that began it
            } catch (...) {                // cancelled meanwhile; its result is still reported
            }
        }
        links.table_->done(links.raw_, op, end.status, str(end.text));
    }

    kith::timer later_;
};

} // namespace kith
