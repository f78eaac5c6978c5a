// SPDX-License-Identifier: MIT
//
// kith.udp/1: sockets that close when they are destroyed.
//
//     auto socket = co_await udp.bind({.address = "0.0.0.0", .port = 45892, .flags = KITH_UDP_SHARED});
//     if (!socket) co_return socket.error();
//     socket->join("233.252.1.32");
//     for (;;) {
//         const auto batch = co_await socket->receive();
//         if (!batch) co_return batch.error();
//         for (const auto &datagram : *batch) handle(kith::bytes(datagram), kith::address(datagram.remote));
//     }
#pragma once

#include "address.hpp"
#include "handle.hpp"
#include "operation.hpp"
#include "service/udp.h"
#include "tcp.hpp"

#include <functional>
#include <span>

namespace kith {

/// As kith_udp_socket, where each is explained.
struct udp_options {
    std::string_view address = "0.0.0.0";
    std::string_view interface = {};
    std::uint16_t port = 0;
    std::uint32_t flags = 0;
    std::uint32_t hops = 1;
    std::uint32_t max_size = 0;
    std::uint32_t receive_buffer = 0;
};

/// The bytes of a datagram, borrowed.
[[nodiscard]] inline std::span<const std::byte> bytes(const kith_datagram &datagram) noexcept {
    return {static_cast<const std::byte *>(datagram.data), datagram.size};
}

/// A datagram to send; `data` must stay valid until the call to `send`.
[[nodiscard]] inline kith_datagram datagram_to(const address &where, std::span<const std::byte> data) noexcept {
    return {.data = data.data(), .size = static_cast<std::uint32_t>(data.size()), .flags = 0, .remote = where.raw()};
}

/// The datagrams of one receive. Valid until the task that received them waits again.
class datagrams {
  public:
    datagrams() = default;
    datagrams(const kith_datagram *first, std::uint32_t count, std::uint32_t stride, std::uint64_t lost) noexcept
        : first_(first), count_(count), stride_(stride), lost_(lost) {}

    class iterator {
      public:
        iterator(const std::byte *at, std::uint32_t stride) noexcept : at_(at), stride_(stride) {}
        const kith_datagram &operator*() const noexcept { return *reinterpret_cast<const kith_datagram *>(at_); }
        iterator &operator++() noexcept {
            at_ += stride_;
            return *this;
        }
        bool operator==(const iterator &) const = default;

      private:
        const std::byte *at_;
        std::uint32_t stride_;
    };
    [[nodiscard]] iterator begin() const noexcept { return {base(), stride_}; }
    [[nodiscard]] iterator end() const noexcept { return {base() + std::size_t{count_} * stride_, stride_}; }
    [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
    [[nodiscard]] const kith_datagram &operator[](std::uint32_t i) const noexcept {
        return *iterator(base() + std::size_t{i} * stride_, stride_);
    }

    /// Datagrams that the socket has lost so far, because its receive buffer was full.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

  private:
    [[nodiscard]] const std::byte *base() const noexcept { return reinterpret_cast<const std::byte *>(first_); }

    const kith_datagram *first_ = nullptr;
    std::uint32_t count_ = 0;
    std::uint32_t stride_ = sizeof(kith_datagram);
    std::uint64_t lost_ = 0;
};

/// The state of a requested group membership. Views are valid for the call.
struct membership {
    std::uint64_t socket = 0;
    std::string_view group;
    std::string_view interface;
    std::int32_t status = KITH_OK; // KITH_OK: joined
    std::string_view text;         // why not
};

/// Using one that is not open is KITH_STALE. One receive and one send may be in progress at a time.
class udp_socket : public detail::handle<kith_udp_host> {
  public:
    using handle::handle;

    /// The bound address, and the size of the system's receive buffer.
    endpoint local;
    std::uint32_t receive_buffer = 0;

    [[nodiscard]] std::uint64_t number() const noexcept { return id_; }

    /// A lasting request; each change of its state is reported to `udp::on_membership`.
    std::int32_t join(std::string_view group, std::string_view interface = {}) noexcept {
        return id_ == 0 ? KITH_STALE : table_->join(home_->raw, id_, str(group), str(interface));
    }
    std::int32_t leave(std::string_view group, std::string_view interface = {}) noexcept {
        return id_ == 0 ? KITH_STALE : table_->leave(home_->raw, id_, str(group), str(interface));
    }

    /// Returns at least one datagram.
    [[nodiscard]] auto receive(std::chrono::nanoseconds timeout = {}, std::uint32_t max = KITH_UDP_MAX_BATCH) {
        return detail::operate<detail::completion<datagrams>>(
            [h = home_, t = table_, id = id_, max, timeout](std::uint64_t user, std::uint64_t *op) {
                return id == 0 ? KITH_STALE : t->receive(h->raw, id, max, nanos(timeout), user, op);
            },
            *home_);
    }

    /// Sends all of them, at most KITH_UDP_MAX_BATCH, copied at once; returns how many the system accepted. A failure is that of the first it
    /// did not accept.
    [[nodiscard]] auto send(std::span<const kith_datagram> all, std::chrono::nanoseconds timeout = {}) {
        return detail::operate<detail::completion<std::uint32_t>>(
            [h = home_, t = table_, id = id_, all, timeout](std::uint64_t user, std::uint64_t *op) {
                if (id == 0) return KITH_STALE;
                return t->send(h->raw, id, all.data(), static_cast<std::uint32_t>(all.size()), sizeof(kith_datagram),
                               nanos(timeout), user, op);
            },
            *home_);
    }
};

/// One kith::udp for each instance.
class udp {
  public:
    static constexpr std::string_view id = KITH_UDP;
    using socket = udp_socket;

    explicit udp(host h) : home_(&h.context()), table_(h.service<kith_udp_host>(id)) {
        static constexpr kith_udp_plugin table{
            .bound = bound, .membership = membership_told, .received = received, .sent = sent};
        home_->provide(id, &table, this);
    }

    [[nodiscard]] auto bind(const udp_options &options) const {
        return detail::operate<detail::completion<udp_socket>>(
            [h = home_, t = table_, options](std::uint64_t user, std::uint64_t *op) {
                const kith_udp_socket raw{.struct_size = sizeof(kith_udp_socket),
                                          .flags = options.flags,
                                          .address = str(options.address),
                                          .interface = str(options.interface),
                                          .port = options.port,
                                          .hops = options.hops,
                                          .max_size = options.max_size,
                                          .receive_buffer = options.receive_buffer};
                return t->bind(h->raw, &raw, user, op);
            },
            *home_);
    }

    /// Called whenever a requested group is joined, or is not joined any more.
    std::function<void(const membership &)> on_membership;

  private:
    static void bound(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t number,
                      const kith_endpoint *where, std::uint32_t receive_buffer) noexcept {
        detail::self(p).enter([=] {
            finish(detail::completion<udp_socket>::from(user), status, text, [=] {
                udp_socket made(detail::self(p), *detail::self(p).owner<udp>(id).table_, number);
                made.local = tcp_detail::keep(where);
                made.receive_buffer = receive_buffer;
                return made;
            });
        });
    }
    static void membership_told(void *p, std::uint64_t number, kith_str group, kith_str interface, std::int32_t status,
                                kith_str text) noexcept {
        detail::self(p).enter([=] {
            const auto &tell = detail::self(p).owner<udp>(id).on_membership;
            if (tell) tell({number, view(group), view(interface), status, view(text)});
        });
    }
    static void received(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text,
                         const kith_datagram *first, std::uint32_t count, std::uint32_t stride, std::uint64_t lost) noexcept {
        detail::self(p).enter([=] {
            finish(detail::completion<datagrams>::from(user), status, text,
                   [=] { return datagrams(first, count, stride, lost); });
        });
    }
    static void sent(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text,
                     std::uint32_t count) noexcept {
        detail::self(p).enter(
            [=] { finish(detail::completion<std::uint32_t>::from(user), status, text, [=] { return count; }); });
    }

    detail::context *home_;
    const kith_udp_host *table_;
};

} // namespace kith
