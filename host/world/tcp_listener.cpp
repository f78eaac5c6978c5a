// SPDX-License-Identifier: MIT
#include "tcp_listener.hpp"

#include "socket_status.hpp"
#include "tcp_open_callbacks.hpp"
#include "tcp_stream.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::app {

TcpListener::TcpListener(TenantResources &resources, tcp::endpoint local, bool any_family, std::uint32_t backlog, Error &error)
    : resources_(resources.shared_from_this()), acceptor_(resources.io), pause_(resources.io) {
    open_socket(acceptor_, local.protocol(), error);
    if (any_family && error == boost::asio::error::address_family_not_supported) {
        local = tcp::endpoint(tcp::v4(), local.port());
        error.clear();
        open_socket(acceptor_, local.protocol(), error);
    }
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && local.address().is_v6()) acceptor_.set_option(boost::asio::ip::v6_only(!any_family), error);
    if (!error) acceptor_.bind(local, error);
    if (!error) acceptor_.listen(static_cast<int>(std::clamp<std::uint32_t>(backlog, 1, 4096)), error);
}

tcp::endpoint TcpListener::local() const {
    Error ignored;
    return acceptor_.local_endpoint(ignored);
}

std::int32_t TcpListener::accept(std::uint64_t user, std::uint64_t *op) {
    if (resources_->pending.contains(last_))
        return resources_->refuse(KITH_BUSY, "an accept of this listener is outstanding already");
    op_ = last_ = resources_->begin(op, {user, report_cancelled<accepted>, [me = weak_from_this()] {
                                             if (const auto listener = me.lock()) listener->op_ = 0;
                                         }});
    await_connection();
    return KITH_OK;
}

void TcpListener::await_connection() {
    if (std::exchange(waiting_, true)) return;
    acceptor_.async_wait(tcp::acceptor::wait_read, [me = shared_from_this()](const Error &) {
        me->waiting_ = false;
        if (me->op_ != 0) me->can_accept();
    });
}

void TcpListener::can_accept() {
    Error error;
    tcp::socket socket = accept_from(acceptor_, error);
    if (error == boost::asio::error::would_block) return await_connection();
    if (status_of(error) == KITH_LIMIT) {
        // The connection stays in the queue, so an immediate retry would loop.
        waiting_ = true;
        pause_.expires_after(std::chrono::milliseconds(100));
        pause_.async_wait([me = shared_from_this(), error](const Error &) {
            me->waiting_ = false;
            me->fail(error);
        });
        return;
    }
    if (error) return fail(error);
    const auto ended = resources_->take(std::exchange(op_, 0));
    if (!ended) return;
    const std::uint64_t id = ++resources_->parts.last_id;
    const auto stream = std::make_shared<TcpStream>(*resources_, std::move(socket));
    resources_->streams.emplace(id, stream);
    report(accepted, *resources_, ended->user, last_, id, stream->remote());
}

void TcpListener::fail(const Error &error) {
    if (const auto ended = resources_->take(std::exchange(op_, 0)))
        report_failure(accepted, *resources_, ended->user, last_, status_of(error), "accept: " + error.message());
}

void TcpListener::close() {
    Error ignored;
    if (op_ != 0) resources_->cancel(op_);
    acceptor_.close(ignored);
    pause_.cancel();
}

} // namespace kith::app
