// SPDX-License-Identifier: MIT
#include "dial.hpp"
#include "listener.hpp"
#include "made.hpp"
#include "stream.hpp"

#include <kith/service/tcp.h>

#include <boost/asio/post.hpp>

namespace kith::app {

namespace {

std::int32_t check(Seat &seat, std::uint32_t port) {
    const auto *side = seat.side<kith_tcp_plugin>(KITH_TCP);
    if (side == nullptr || !side->connected || !side->listening || !side->accepted || !side->read || !side->written) {
        return seat.refuse(KITH_INVALID, "the plugin has no complete kith_tcp_plugin");
    }
    if (port > 65'535) return seat.refuse(KITH_INVALID, "port " + std::to_string(port) + ": expected at most 65535");
    return KITH_OK;
}

std::int32_t connect(Seat &seat, std::string_view name, std::uint32_t port, std::uint64_t timeout, std::uint64_t user,
                     std::uint64_t *op) {
    if (const std::int32_t status = check(seat, port); status != KITH_OK) return status;
    if (port == 0) return seat.refuse(KITH_INVALID, "port 0: expected 1 to 65535");
    if (name.empty() || name.size() > 255 || name.find('\0') != std::string_view::npos) {
        return seat.refuse(KITH_INVALID, "a host name or a numeric address of 1 to 255 bytes is expected");
    }
    std::make_shared<Dial>(seat, std::string(name), port)->start(timeout, user, op);
    return KITH_OK;
}

std::int32_t listen(Seat &seat, const std::string &address, std::uint32_t port, std::uint32_t backlog, std::uint64_t user,
                    std::uint64_t *op) {
    if (const std::int32_t status = check(seat, port); status != KITH_OK) return status;
    Error error;
    if (!address.empty()) boost::asio::ip::make_address(address, error);
    if (error) return seat.refuse(KITH_INVALID, "`" + address + "`: a numeric address is expected, or none");
    const auto listener = std::make_shared<Listener>(seat, address, static_cast<std::uint16_t>(port), backlog, error);
    const std::uint64_t id = seat.begin(op, {user, tell_cancelled<listening>, {}});
    boost::asio::post(seat.io, [seat = seat.shared_from_this(), listener, error, id,
                                where = place(address.empty() ? "every address" : address, port)] {
        const auto ended = seat->take(id);
        if (!ended) return;
        if (error) {
            const std::int32_t status = status_of(error) == KITH_UNREACHABLE ? KITH_IO : status_of(error);
            return tell_failure(listening, *seat, ended->user, id, status, "listen on " + where + ": " + error.message());
        }
        const std::uint64_t made = ++seat->parts.last_id;
        seat->listeners.emplace(made, listener);
        tell(listening, *seat, ended->user, id, made, listener->local());
    });
    return KITH_OK;
}

template <class F>
std::int32_t with_stream(Seat &seat, std::uint64_t id, F &&function) {
    const auto found = seat.streams.find(id);
    return found == seat.streams.end() ? seat.no_such(id, "a stream") : function(*found->second);
}

std::int32_t accept(Seat &seat, std::uint64_t id, std::uint64_t user, std::uint64_t *op) {
    const auto found = seat.listeners.find(id);
    return found == seat.listeners.end() ? seat.no_such(id, "a listener") : found->second->accept(user, op);
}

std::int32_t write(Seat &seat, std::uint64_t id, const void *data, std::uint32_t size, std::uint64_t timeout,
                   std::uint64_t user, std::uint64_t *op) {
    if (size > KITH_TCP_MAX_WRITE) return seat.refuse(KITH_LIMIT, "a write takes at most 16777216 bytes");
    if (size != 0 && data == nullptr) return seat.refuse(KITH_INVALID, "bytes are expected at `data`");
    return with_stream(seat, id, [&](Stream &stream) {
        return stream.write({static_cast<const char *>(data), size}, timeout, user, op);
    });
}

std::int32_t close(Seat &seat, std::uint64_t id) {
    if (const auto stream = seat.streams.extract(id)) {
        stream.mapped()->close();
        return KITH_OK;
    }
    if (const auto listener = seat.listeners.extract(id)) {
        listener.mapped()->close();
        return KITH_OK;
    }
    return seat.no_such(id, "a stream or a listener");
}

constexpr kith_tcp_host tcp_functions = {
    .connect =
        [](const kith_host *host, kith_str name, std::uint32_t port, std::uint64_t timeout, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) { return connect(seat, view(name), port, timeout, user, op); });
        },
    .listen =
        [](const kith_host *host, kith_str address, std::uint32_t port, std::uint32_t backlog, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) { return listen(seat, std::string(view(address)), port, backlog, user, op); });
        },
    .accept =
        [](const kith_host *host, std::uint64_t listener, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) { return accept(seat, listener, user, op); });
        },
    .read =
        [](const kith_host *host, std::uint64_t stream, std::uint32_t max, std::uint64_t timeout, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) {
                return with_stream(seat, stream, [&](Stream &one) { return one.read(max, timeout, user, op); });
            });
        },
    .write =
        [](const kith_host *host, std::uint64_t stream, const void *data, std::uint32_t size, std::uint64_t timeout,
           std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) { return write(seat, stream, data, size, timeout, user, op); });
        },
    .shutdown =
        [](const kith_host *host, std::uint64_t stream) noexcept {
            return guarded(host,
                           [&](Seat &seat) { return with_stream(seat, stream, [](Stream &one) { return one.shutdown(); }); });
        },
    .close = [](const kith_host *host,
                std::uint64_t id) noexcept { return guarded(host, [&](Seat &seat) { return close(seat, id); }); },
};

} // namespace

const void *tcp_table() noexcept { return &tcp_functions; }

} // namespace kith::app
