// SPDX-License-Identifier: MIT
#include "listener.hpp"

#include "made.hpp"
#include "stream.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::app {

Listener::Listener(Seat &seat, const std::string &address, std::uint16_t port, std::uint32_t backlog, Error &error)
    : seat_(seat.shared_from_this()), acceptor_(seat.io), pause_(seat.io) {
    tcp::endpoint endpoint(address.empty() ? boost::asio::ip::address_v6::any() : boost::asio::ip::make_address(address), port);
    open_socket(acceptor_, endpoint.protocol(), error);
    if (address.empty() && error == boost::asio::error::address_family_not_supported) {
        endpoint = tcp::endpoint(tcp::v4(), port);
        error.clear();
        open_socket(acceptor_, endpoint.protocol(), error);
    }
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.address().is_v6()) acceptor_.set_option(boost::asio::ip::v6_only(!address.empty()), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(static_cast<int>(std::clamp<std::uint32_t>(backlog, 1, 4096)), error);
}

tcp::endpoint Listener::local() const {
    Error ignored;
    return acceptor_.local_endpoint(ignored);
}

std::int32_t Listener::accept(std::uint64_t user, std::uint64_t *op) {
    if (seat_->pending.contains(last_)) return seat_->refuse(KITH_BUSY, "an accept of this listener is outstanding already");
    op_ = last_ = seat_->begin(op, {user, tell_cancelled<accepted>, [me = weak_from_this()] {
                                        if (const auto listener = me.lock()) listener->op_ = 0;
                                    }});
    await_connection();
    return KITH_OK;
}

void Listener::await_connection() {
    if (std::exchange(waiting_, true)) return;
    acceptor_.async_wait(tcp::acceptor::wait_read, [me = shared_from_this()](const Error &) {
        me->waiting_ = false;
        if (me->op_ != 0) me->can_accept();
    });
}

void Listener::can_accept() {
    Error error;
    tcp::socket socket = accept_from(acceptor_, error);
    if (error == boost::asio::error::would_block) return await_connection();
    if (status_of(error) == KITH_LIMIT) {
        // The connection stays in the queue, so whoever asked again at once would spin.
        waiting_ = true;
        pause_.expires_after(std::chrono::milliseconds(100));
        pause_.async_wait([me = shared_from_this(), error](const Error &) {
            me->waiting_ = false;
            me->fail(error);
        });
        return;
    }
    if (error) return fail(error);
    const auto ended = seat_->take(std::exchange(op_, 0));
    if (!ended) return;
    const std::uint64_t id = ++seat_->parts.last_id;
    const auto stream = std::make_shared<Stream>(*seat_, std::move(socket));
    seat_->streams.emplace(id, stream);
    tell(accepted, *seat_, ended->user, last_, id, stream->remote());
}

void Listener::fail(const Error &error) {
    if (const auto ended = seat_->take(std::exchange(op_, 0)))
        tell_failure(accepted, *seat_, ended->user, last_, status_of(error), "accept: " + error.message());
}

void Listener::close() {
    Error ignored;
    if (op_ != 0) seat_->cancel(op_);
    acceptor_.close(ignored);
    pause_.cancel();
}

} // namespace kith::app
