// SPDX-License-Identifier: MIT
#include "stream.hpp"

#include <kith/service/tcp.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <netdb.h>
#include <vector>

namespace kith::app {

namespace {

using Endpoints = std::vector<tcp::endpoint>;

void tell_connected(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text, std::uint64_t id,
                    const kith_endpoint &remote) {
    Entered guard(seat.tenant, "tcp.connected");
    seat.side<kith_tcp_plugin>(KITH_TCP)->connected(seat.tenant.self(), user, op, status, borrow(text), id, &remote);
}

void tell_listening(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text, std::uint64_t id,
                    const kith_endpoint &local) {
    Entered guard(seat.tenant, "tcp.listening");
    seat.side<kith_tcp_plugin>(KITH_TCP)->listening(seat.tenant.self(), user, op, status, borrow(text), id, &local);
}

std::string where(const std::string &name, std::uint32_t port) { return name + ':' + std::to_string(port); }

struct Resolved {
    Endpoints endpoints;
    std::int32_t status = KITH_OK;
    std::string text;
};

// May take as long as the resolver likes: for a worker.
Resolved resolve(const std::string &name, std::uint32_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *list = nullptr;
    const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
    if (error != 0) return {{}, KITH_UNRESOLVED, "the name " + name + " does not resolve: " + ::gai_strerror(error)};
    Resolved result;
    for (const addrinfo *one = list; one != nullptr; one = one->ai_next) {
        tcp::endpoint endpoint;
        if (one->ai_addrlen > endpoint.capacity()) continue;
        std::copy_n(reinterpret_cast<const char *>(one->ai_addr), one->ai_addrlen, reinterpret_cast<char *>(endpoint.data()));
        endpoint.resize(one->ai_addrlen);
        endpoint.port(static_cast<std::uint16_t>(port));
        result.endpoints.push_back(endpoint);
    }
    ::freeaddrinfo(list);
    return result;
}

// One connect, over all the addresses of the name.
class Dial : public std::enable_shared_from_this<Dial> {
  public:
    Dial(Seat &seat, std::string name, std::uint32_t port)
        : seat_(seat.shared_from_this()), name_(std::move(name)), port_(port), socket_(seat.io()), timer_(seat.io()) {}

    std::int32_t start(std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
        op_ = seat_->begin(op, {user,
                                [](Seat &seat, std::uint64_t u, std::uint64_t o) { tell_connected(seat, u, o, KITH_CANCELLED, {}, 0, {}); },
                                [me = shared_from_this()] { me->abort(); }});
        if (timeout != 0) {
            timer_.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(timeout, INT64_MAX / 2))));
            timer_.async_wait([me = shared_from_this()](const Error &error) {
                if (!error) me->end(KITH_TIMED_OUT, where(me->name_, me->port_) + " did not answer in time");
            });
        }
        Error not_numeric;
        const auto address = boost::asio::ip::make_address(name_, not_numeric);
        if (!not_numeric) {
            endpoints_ = {tcp::endpoint(address, static_cast<std::uint16_t>(port_))};
            next();
            return KITH_OK;
        }
        seat_->parts.workers.run([me = shared_from_this(), name = name_, port = port_]() -> std::function<void()> {
            return [me, found = resolve(name, port)]() mutable {
                if (found.status != KITH_OK) return me->end(found.status, found.text);
                me->endpoints_ = std::move(found.endpoints);
                me->next();
            };
        });
        return KITH_OK;
    }

  private:
    void abort() {
        Error ignored;
        over_ = true;
        timer_.cancel();
        socket_.close(ignored);
    }

    void next() {
        if (over_) return;
        if (at_ == endpoints_.size()) return later(status_of(error_), where(name_, port_) + ": " + error_.message());
        Error ignored;
        socket_.close(ignored);
        socket_.async_connect(endpoints_[at_++], [me = shared_from_this()](const Error &error) {
            if (me->over_) return;
            if (!error) return me->connected();
            // What somebody there answered says more than what the network said of another address.
            if (!me->error_ || status_of(error) == KITH_REFUSED) me->error_ = error;
            me->next();
        });
    }

    void connected() {
        Error gone;
        const tcp::endpoint remote = socket_.remote_endpoint(gone);
        if (gone) return end(KITH_RESET, where(name_, port_) + ": " + gone.message());
        over_ = true;
        timer_.cancel();
        const auto ended = seat_->take(op_);
        if (!ended) return;
        const std::string address = remote.address().to_string();
        const std::uint64_t id = ++seat_->parts.last_id;
        seat_->streams.emplace(id, std::make_shared<Stream>(*seat_, std::move(socket_)));
        tell_connected(*seat_, ended->user, op_, KITH_OK, {}, id, {borrow(address), remote.port(), 0});
    }

    // From the loop, also when the failure came at once.
    void later(std::int32_t status, std::string text) {
        boost::asio::post(seat_->io(), [me = shared_from_this(), status, text = std::move(text)] { me->end(status, text); });
    }

    void end(std::int32_t status, std::string_view text) {
        if (over_) return;
        abort();
        if (const auto ended = seat_->take(op_)) tell_connected(*seat_, ended->user, op_, status, text, 0, {});
    }

    std::shared_ptr<Seat> seat_;
    std::string name_;
    std::uint32_t port_;
    tcp::socket socket_;
    boost::asio::steady_timer timer_;
    Endpoints endpoints_;
    std::size_t at_ = 0;
    Error error_;
    std::uint64_t op_ = 0;
    bool over_ = false;
};

std::int32_t check(Seat &seat, std::uint32_t port) {
    const auto *side = seat.side<kith_tcp_plugin>(KITH_TCP);
    if (side == nullptr || !side->connected || !side->listening || !side->accepted || !side->read || !side->written) {
        return seat.refuse(KITH_INVALID, "the plugin has no complete kith_tcp_plugin");
    }
    if (port > 65'535) return seat.refuse(KITH_INVALID, "port " + std::to_string(port) + ": expected at most 65535");
    return KITH_OK;
}

std::int32_t listen(Seat &seat, std::string_view address, std::uint32_t port, std::uint32_t backlog, std::uint64_t user,
                    std::uint64_t *op) {
    Error error;
    const auto parsed = address.empty() ? boost::asio::ip::address(boost::asio::ip::address_v6::any())
                                        : boost::asio::ip::make_address(std::string(address), error);
    if (error) return seat.refuse(KITH_INVALID, "`" + std::string(address) + "` is no numeric address");
    const tcp::endpoint endpoint(parsed, static_cast<std::uint16_t>(port));
    auto acceptor = std::make_shared<tcp::acceptor>(seat.io());
    acceptor->open(endpoint.protocol(), error);
    if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.empty()) acceptor->set_option(boost::asio::ip::v6_only(false), error);
    if (!error) acceptor->bind(endpoint, error);
    if (!error) acceptor->listen(static_cast<int>(std::clamp<std::uint32_t>(backlog, 1, 4096)), error);
    const std::uint64_t id = seat.begin(
        op, {user, [](Seat &s, std::uint64_t u, std::uint64_t o) { tell_listening(s, u, o, KITH_CANCELLED, {}, 0, {}); }, {}});
    boost::asio::post(seat.io(), [seat = seat.shared_from_this(), acceptor, error, id, asked = std::string(address), port] {
        const auto ended = seat->take(id);
        if (!ended) return;
        if (error) {
            return tell_listening(*seat, ended->user, id, status_of(error), where(asked, port) + ": " + error.message(), 0, {});
        }
        const std::uint64_t listener = ++seat->parts.last_id;
        const tcp::endpoint local = acceptor->local_endpoint();
        const std::string text = local.address().to_string();
        seat->listeners.emplace(listener, std::make_shared<Listener>(*seat, std::move(*acceptor), listener));
        tell_listening(*seat, ended->user, id, KITH_OK, {}, listener, {borrow(text), local.port(), 0});
    });
    return KITH_OK;
}

// Of the seat's streams or listeners; a stale id is an error (T3).
template <class Map, class F>
std::int32_t with(Seat &seat, Map &map, std::uint64_t id, F &&function) {
    const auto found = map.find(id);
    if (found == map.end()) return seat.refuse(KITH_STALE, "no such stream or listener is open");
    const auto keep = found->second;
    return function(*keep);
}

constexpr kith_tcp_host table = {
    .connect =
        [](const kith_host *host, kith_str name, std::uint32_t port, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) -> std::int32_t {
                if (const std::int32_t status = check(seat, port); status != KITH_OK) return status;
                if (name.size == 0 || name.size > 255) return seat.refuse(KITH_INVALID, "a host name of 1 to 255 bytes is expected");
                return std::make_shared<Dial>(seat, std::string(view(name)), port)->start(timeout, user, op);
            });
        },
    .listen =
        [](const kith_host *host, kith_str address, std::uint32_t port, std::uint32_t backlog, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) -> std::int32_t {
                if (const std::int32_t status = check(seat, port); status != KITH_OK) return status;
                return listen(seat, view(address), port, backlog, user, op);
            });
        },
    .accept =
        [](const kith_host *host, std::uint64_t listener, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) {
                return with(seat, seat.listeners, listener, [&](Listener &one) { return one.accept(user, op); });
            });
        },
    .read =
        [](const kith_host *host, std::uint64_t stream, std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) {
                return with(seat, seat.streams, stream, [&](Stream &one) { return one.read(max, timeout, user, op); });
            });
        },
    .write =
        [](const kith_host *host, std::uint64_t stream, const void *data, std::uint32_t size, std::uint64_t timeout, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](Seat &seat) {
                if (size > KITH_TCP_MAX_WRITE) return seat.refuse(KITH_LIMIT, "a write takes at most 16777216 bytes");
                return with(seat, seat.streams, stream,
                            [&](Stream &one) { return one.write({static_cast<const char *>(data), size}, timeout, user, op); });
            });
        },
    .shutdown =
        [](const kith_host *host, std::uint64_t stream) noexcept {
            return guarded(host, [&](Seat &seat) {
                return with(seat, seat.streams, stream, [](Stream &one) {
                    one.shutdown();
                    return KITH_OK;
                });
            });
        },
    .close =
        [](const kith_host *host, std::uint64_t id) noexcept {
            return guarded(host, [&](Seat &seat) -> std::int32_t {
                if (auto stream = seat.streams.extract(id)) {
                    stream.mapped()->close();
                    return KITH_OK;
                }
                if (auto listener = seat.listeners.extract(id)) {
                    listener.mapped()->close();
                    return KITH_OK;
                }
                return seat.refuse(KITH_STALE, "no such stream or listener is open");
            });
        },
};

} // namespace

const void *tcp_table() noexcept { return &table; }

} // namespace kith::app
