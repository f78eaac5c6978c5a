// SPDX-License-Identifier: MIT
//
// kith.tcp/1: streams and listeners that close when they are destroyed.
//
//     auto stream = co_await tcp.connect("10.0.0.7", 4369, 7s);
//     if (!stream) co_return stream.error();
//     if (auto sent = co_await stream->write(request); !sent) co_return sent.error();
#pragma once

#include "handle.hpp"
#include "reading.hpp"
#include "service/tcp.h"
#include "timer.hpp"

#include <span>

namespace kith {

struct endpoint {
    std::string address; // numeric
    std::uint16_t port = 0;
};

namespace tcp_detail {

using handle = detail::handle<kith_tcp_host>;

} // namespace tcp_detail

/// A connection. Using one that is not open is KITH_STALE. One read and one write may be in progress at a time.
class stream : public tcp_detail::handle {
  public:
    using handle::handle;

    /// The other side's address, if it is known.
    endpoint remote;

    /// Reads at least one byte into the buffer, which must stay valid meanwhile, and returns how many. KITH_CLOSED at the end of the stream.
    [[nodiscard]] auto read(std::span<std::byte> into, std::chrono::nanoseconds timeout = {}) {
        return detail::operate<detail::reading>(
            [h = home_, t = table_, id = id_, max = into.size(), timeout](std::uint64_t user, std::uint64_t *op) {
                if (id == 0) return KITH_STALE;
                const auto most = max < KITH_TCP_MAX_READ ? static_cast<std::uint32_t>(max) : KITH_TCP_MAX_READ;
                return t->read(h->raw, id, most, nanos(timeout), user, op);
            },
            *home_, into);
    }

    /// Fills the whole buffer. The timeout applies to each read.
    [[nodiscard]] task<result<void>> read_exactly(std::span<std::byte> into, std::chrono::nanoseconds timeout = {}) {
        while (!into.empty()) {
            auto got = co_await read(into, timeout);
            if (!got) co_return std::move(got).error();
            into = into.subspan(*got);
        }
        co_return result<void>();
    }

    /// All of the bytes, which are copied at once, at most KITH_TCP_MAX_WRITE. When it has completed, more can be written.
    [[nodiscard]] auto write(std::span<const std::byte> data, std::chrono::nanoseconds timeout = {}) {
        return detail::operate<detail::completion<void>>(
            [h = home_, t = table_, id = id_, data, timeout](std::uint64_t user, std::uint64_t *op) {
                if (id == 0) return KITH_STALE;
                if (data.size() > KITH_TCP_MAX_WRITE) return KITH_LIMIT;
                return t->write(h->raw, id, data.data(), static_cast<std::uint32_t>(data.size()), nanos(timeout), user, op);
            },
            *home_);
    }
    [[nodiscard]] auto write(std::string_view text, std::chrono::nanoseconds timeout = {}) {
        return write(std::as_bytes(std::span(text)), timeout);
    }

    /// Ends our direction.
    void shutdown() noexcept {
        if (id_ != 0 && !home_->over) table_->shutdown(home_->raw, id_);
    }

  private:
    friend class tls_context; // kith/tls.hpp
};

/// Accepts connections; one accept at a time.
class listener : public tcp_detail::handle {
  public:
    using handle::handle;

    /// The address on which it listens.
    endpoint local;

    [[nodiscard]] auto accept() {
        return detail::operate<detail::completion<stream>>(
            [h = home_, t = table_, id = id_](std::uint64_t user, std::uint64_t *op) {
                return id == 0 ? KITH_STALE : t->accept(h->raw, id, user, op);
            },
            *home_);
    }
};

namespace tcp_detail {

inline endpoint keep(const kith_endpoint *e) {
    return e == nullptr ? endpoint{} : endpoint{std::string(view(e->address)), static_cast<std::uint16_t>(e->port)};
}

template <class Handle>
Handle opened(void *p, std::uint64_t id, const kith_endpoint *e, endpoint Handle::*where) {
    Handle h(detail::self(p), *detail::self(p).find<kith_tcp_host>(KITH_TCP), id);
    h.*where = keep(e);
    return h;
}

inline void connected(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t id,
                      const kith_endpoint *e) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<stream>::from(user), status, text, [=] { return opened(p, id, e, &stream::remote); });
    });
}

inline void listening(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t id,
                      const kith_endpoint *e) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<listener>::from(user), status, text, [=] { return opened(p, id, e, &listener::local); });
    });
}

inline void read(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, const void *data,
                 std::uint32_t size) noexcept {
    detail::self(p).enter([=] {
        auto &item = static_cast<detail::reading &>(detail::completion<std::size_t>::from(user));
        finish(item, status, text, [&] { return result<std::size_t>(item.keep(data, size)); });
    });
}

inline void written(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text) noexcept {
    detail::self(p).enter([=] { finish(detail::completion<void>::from(user), status, text, [] { return result<void>(); }); });
}

inline constexpr kith_tcp_plugin table{
    .connected = connected, .listening = listening, .accepted = connected, .read = read, .written = written};

} // namespace tcp_detail

class tcp {
  public:
    static constexpr std::string_view id = KITH_TCP;
    using stream = kith::stream;
    using listener = kith::listener;

    explicit tcp(host h) : home_(&h.context()), table_(h.service<kith_tcp_host>(id)) { home_->provide(id, &tcp_detail::table); }

    /// name: a host name or a numeric address.
    [[nodiscard]] auto connect(std::string_view name, std::uint16_t port, std::chrono::nanoseconds timeout = {}) const {
        return detail::operate<detail::completion<stream>>(
            [h = home_, t = table_, name, port, timeout](std::uint64_t user, std::uint64_t *op) {
                return t->connect(h->raw, str(name), port, nanos(timeout), user, op);
            },
            *home_);
    }

    /// address: numeric, empty for all. port 0: any free one, returned in `local`.
    [[nodiscard]] auto listen(std::string_view address, std::uint16_t port, std::uint32_t backlog = 128) const {
        return detail::operate<detail::completion<listener>>(
            [h = home_, t = table_, address, port, backlog](std::uint64_t user, std::uint64_t *op) {
                return t->listen(h->raw, str(address), port, backlog, user, op);
            },
            *home_);
    }

  private:
    detail::context *home_;
    const kith_tcp_host *table_;
};

} // namespace kith
