// SPDX-License-Identifier: MIT
#include "stream.hpp"

#include <kith/service/tcp.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>

namespace kith::app {

namespace {

constexpr std::size_t chunk = 16'384; // bytes that a stream reads ahead of nobody; grows with what is asked for

const kith_tcp_plugin &side_of(Seat &seat) { return *seat.side<kith_tcp_plugin>(KITH_TCP); }

void tell_read(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text, const void *data,
               std::size_t size) {
    Entered guard(seat.tenant, "tcp.read");
    side_of(seat).read(seat.tenant.self(), user, op, status, borrow(text), data, static_cast<std::uint32_t>(size));
}

void tell_written(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text) {
    Entered guard(seat.tenant, "tcp.written");
    side_of(seat).written(seat.tenant.self(), user, op, status, borrow(text));
}

void tell_accepted(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text, std::uint64_t id,
                   const kith_endpoint &remote) {
    Entered guard(seat.tenant, "tcp.accepted");
    side_of(seat).accepted(seat.tenant.self(), user, op, status, borrow(text), id, &remote);
}

} // namespace

std::int32_t status_of(const Error &error) {
    namespace net = boost::asio::error;
    if (!error) return KITH_OK;
    if (error == net::eof) return KITH_CLOSED;
    if (error == net::operation_aborted) return KITH_CANCELLED;
    if (error == net::connection_refused) return KITH_REFUSED;
    if (error == net::connection_reset || error == net::connection_aborted || error == net::broken_pipe) return KITH_RESET;
    if (error == net::host_unreachable || error == net::network_unreachable || error == net::network_down) return KITH_UNREACHABLE;
    if (error == net::timed_out) return KITH_TIMED_OUT;
    if (error == net::access_denied || error == net::no_permission) return KITH_DENIED;
    if (error == net::address_in_use) return KITH_EXISTS;
    if (error == net::no_descriptors || error == net::no_buffer_space || error.value() == ENFILE) return KITH_LIMIT;
    if (error.value() == EADDRNOTAVAIL) return KITH_UNREACHABLE;
    return KITH_IO;
}

Stream::Stream(Seat &seat, tcp::socket socket)
    : seat_(seat.shared_from_this()), socket_(std::move(socket)), read_timer_(seat.io()), write_timer_(seat.io()) {
    Error ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
}

void Stream::arm(boost::asio::steady_timer &timer, std::uint64_t timeout, std::uint64_t op, void (Stream::*expired)()) {
    if (timeout == 0) return;
    timer.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(timeout, INT64_MAX / 2))));
    timer.async_wait([me = shared_from_this(), op, expired](const Error &error) {
        if (!error && (op == me->read_op_ || op == me->write_op_)) ((*me).*expired)();
    });
}

std::int32_t Stream::read(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (read_op_ != 0) return seat_->refuse(KITH_BUSY, "a read of this stream is outstanding already");
    if (max == 0) return seat_->refuse(KITH_INVALID, "a read of 0 bytes");
    max_ = std::min<std::uint32_t>(max, KITH_TCP_MAX_READ);
    read_op_ = seat_->begin(op, {user,
                                 [](Seat &seat, std::uint64_t u, std::uint64_t o) { tell_read(seat, u, o, KITH_CANCELLED, {}, nullptr, 0); },
                                 [me = weak_from_this()] {
                                     if (const auto stream = me.lock()) {
                                         stream->read_op_ = 0;
                                         stream->read_timer_.cancel();
                                     }
                                 }});
    arm(read_timer_, timeout, read_op_, &Stream::read_expired);
    if (begin_ != end_ || ended_) {
        if (!std::exchange(offering_, true)) boost::asio::post(seat_->io(), [me = shared_from_this()] {
            me->offering_ = false;
            me->offer();
        });
    } else {
        pull();
    }
    return KITH_OK;
}

void Stream::pull() {
    if (pulling_) return;
    pulling_ = true;
    buffer_.resize(std::max<std::size_t>(chunk, std::min<std::size_t>(max_, 4 * chunk)));
    socket_.async_read_some(boost::asio::buffer(buffer_), [me = shared_from_this()](const Error &error, std::size_t size) {
        me->pulling_ = false;
        me->begin_ = 0;
        me->end_ = size;
        if (error) me->ended_ = error;
        me->offer();
    });
}

void Stream::offer() {
    if (read_op_ == 0) return;
    if (begin_ == end_ && !ended_) return pull();
    if (begin_ == end_) return end_read(status_of(ended_), ended_.message());
    const std::size_t size = std::min<std::size_t>(max_, end_ - begin_);
    const char *data = buffer_.data() + begin_;
    begin_ += size;
    const std::uint64_t op = std::exchange(read_op_, 0);
    read_timer_.cancel();
    const auto keep = shared_from_this(); // the tenant may close the stream
    if (const auto ended = seat_->take(op)) tell_read(*seat_, ended->user, op, KITH_OK, {}, data, size);
}

void Stream::end_read(std::int32_t status, std::string_view text) {
    const std::uint64_t op = std::exchange(read_op_, 0);
    read_timer_.cancel();
    const auto keep = shared_from_this();
    if (const auto ended = seat_->take(op)) tell_read(*seat_, ended->user, op, status, text, nullptr, 0);
}

void Stream::read_expired() { end_read(KITH_TIMED_OUT, "nothing came in time"); }

std::int32_t Stream::write(std::string_view data, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (write_op_ != 0 || pushing_) return seat_->refuse(KITH_BUSY, "a write to this stream is outstanding already");
    out_.assign(data);
    write_op_ = seat_->begin(op, {user,
                                  [](Seat &seat, std::uint64_t u, std::uint64_t o) { tell_written(seat, u, o, KITH_CANCELLED, {}); },
                                  [me = weak_from_this()] {
                                      if (const auto stream = me.lock()) {
                                          stream->write_op_ = 0;
                                          stream->write_timer_.cancel();
                                          stream->stop_write_.emit(boost::asio::cancellation_type::partial);
                                      }
                                  }});
    arm(write_timer_, timeout, write_op_, &Stream::write_expired);
    pushing_ = true;
    boost::asio::async_write(socket_, boost::asio::buffer(out_),
                             boost::asio::bind_cancellation_slot(stop_write_.slot(), [me = shared_from_this()](const Error &error, std::size_t) {
                                 me->pushing_ = false;
                                 if (me->write_op_ != 0) me->end_write(status_of(error), error ? error.message() : std::string());
                             }));
    return KITH_OK;
}

void Stream::end_write(std::int32_t status, std::string_view text) {
    const std::uint64_t op = std::exchange(write_op_, 0);
    write_timer_.cancel();
    const auto keep = shared_from_this();
    if (const auto ended = seat_->take(op)) tell_written(*seat_, ended->user, op, status, text);
}

void Stream::write_expired() {
    stop_write_.emit(boost::asio::cancellation_type::partial);
    end_write(KITH_TIMED_OUT, "the other side did not take the bytes in time; some of them may have gone");
}

void Stream::shutdown() {
    Error ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
    Error ignored;
    for (const std::uint64_t op : {read_op_, write_op_}) {
        if (op != 0) seat_->cancel(op);
    }
    socket_.close(ignored);
}

Listener::Listener(Seat &seat, tcp::acceptor acceptor, std::uint64_t)
    : seat_(seat.shared_from_this()), acceptor_(std::move(acceptor)), pause_(seat.io()) {}

std::int32_t Listener::accept(std::uint64_t user, std::uint64_t *op) {
    if (op_ != 0) return seat_->refuse(KITH_BUSY, "an accept of this listener is outstanding already");
    op_ = seat_->begin(op, {user,
                            [](Seat &seat, std::uint64_t u, std::uint64_t o) { tell_accepted(seat, u, o, KITH_CANCELLED, {}, 0, {}); },
                            [me = weak_from_this()] {
                                if (const auto listener = me.lock()) listener->op_ = 0;
                            }});
    if (ready_.empty()) {
        pull();
    } else {
        boost::asio::post(seat_->io(), [me = shared_from_this()] { me->offer(); });
    }
    return KITH_OK;
}

void Listener::pull() {
    if (std::exchange(pulling_, true)) return;
    acceptor_.async_accept([me = shared_from_this()](const Error &error, tcp::socket socket) {
        const auto pass_on = [me, error](tcp::socket got) {
            me->pulling_ = false;
            me->ready_.emplace_back(std::move(got), error);
            me->offer();
        };
        if (status_of(error) != KITH_LIMIT) return pass_on(std::move(socket));
        // No descriptor is free: asking again at once would spin.
        me->pause_.expires_after(std::chrono::milliseconds(100));
        me->pause_.async_wait([me, pass_on](const Error &) { pass_on(tcp::socket(me->seat_->io())); });
    });
}

void Listener::offer() {
    if (op_ == 0 || ready_.empty()) return;
    auto [socket, error] = std::move(ready_.front());
    ready_.pop_front();
    const std::uint64_t op = std::exchange(op_, 0);
    const auto ended = seat_->take(op);
    if (!ended) return;
    const auto keep = shared_from_this();
    if (error) return tell_accepted(*seat_, ended->user, op, status_of(error), error.message(), 0, {});
    Error gone;
    const tcp::endpoint remote = socket.remote_endpoint(gone);
    const std::string address = remote.address().to_string();
    const std::uint64_t id = ++seat_->parts.last_id;
    seat_->streams.emplace(id, std::make_shared<Stream>(*seat_, std::move(socket)));
    tell_accepted(*seat_, ended->user, op, KITH_OK, {}, id, {borrow(address), remote.port(), 0});
}

void Listener::close() {
    Error ignored;
    if (op_ != 0) seat_->cancel(op_);
    acceptor_.close(ignored);
    pause_.cancel();
}

} // namespace kith::app
