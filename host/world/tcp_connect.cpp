// SPDX-License-Identifier: MIT
#include "tcp_connect.hpp"

#include "endpoint_text.hpp"
#include "numeric_address.hpp"
#include "socket_status.hpp"
#include "tcp_open_callbacks.hpp"
#include "tcp_stream.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::app {

TcpConnect::TcpConnect(TenantResources &resources, std::string name, std::uint32_t port)
    : resources_(resources.shared_from_this()),
      name_(std::move(name)),
      port_(port),
      socket_(resources.io),
      timer_(resources.io) {}

void TcpConnect::start(std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    op_ = resources_->begin(op, {user, report_cancelled<app::connected>, [me = shared_from_this()] { me->abort(); }});
    if (timeout != 0) {
        timer_.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(timeout, far_enough))));
        timer_.async_wait([me = shared_from_this()](const Error &error) {
            if (!error) me->end(KITH_TIMED_OUT, place(me->name_, me->port_) + ": no answer in time");
        });
    }
    if (const auto numeric = numeric_address(name_)) {
        if (!numeric->fault.empty()) return end_later(KITH_UNREACHABLE, numeric->fault);
        return found({numeric->address});
    }
    try {
        resources_->parts.resolver.resolve(name_, this, [me = shared_from_this()](const Resolved &resolved) {
            if (resolved.status != KITH_OK) return me->end(resolved.status, resolved.text);
            me->found(resolved.addresses);
        });
    } catch (...) { // the operation has not started
        resources_->take(op_);
        abort();
        throw;
    }
}

void TcpConnect::abort() {
    if (std::exchange(over_, true)) return;
    Error ignored;
    timer_.cancel();
    socket_.close(ignored);
    resources_->parts.resolver.forget(this);
}

void TcpConnect::found(std::vector<boost::asio::ip::address> addresses) {
    const std::string denied = resources_->remove_denied(addresses, static_cast<std::uint16_t>(port_));
    addresses_ = std::move(addresses);
    if (!addresses_.empty()) return next();
    end_later(KITH_DENIED, denied);
}

void TcpConnect::end_later(std::int32_t status, const std::string &why) {
    boost::asio::post(resources_->io,
                      [me = shared_from_this(), status, text = place(name_, port_) + ": " + why] { me->end(status, text); });
}

void TcpConnect::next() {
    if (over_) return;
    const tcp::endpoint to(addresses_[at_++], static_cast<std::uint16_t>(port_));
    Error error;
    socket_.close(error);
    error.clear();
    open_socket(socket_, to.protocol(), error);
    if (error) {
        boost::asio::post(resources_->io, [me = shared_from_this(), error] { me->tried(error); });
    } else {
        socket_.async_connect(to, [me = shared_from_this()](const Error &failed) { me->tried(failed); });
    }
}

void TcpConnect::tried(const Error &error) {
    if (over_) return;
    if (!error) return connected();
    // An answer from a host is more significant than a network error for another address.
    if (!error_ || status_of(error) == KITH_REFUSED) error_ = error;
    if (at_ < addresses_.size()) return next();
    end(status_of(error_), place(name_, port_) + ": " + error_.message());
}

void TcpConnect::connected() {
    Error gone;
    const tcp::endpoint remote = socket_.remote_endpoint(gone);
    if (gone) return tried(gone);
    over_ = true;
    timer_.cancel();
    const auto ended = resources_->take(op_);
    if (!ended) return;
    const std::uint64_t id = ++resources_->parts.last_id;
    resources_->streams.emplace(id, std::make_shared<TcpStream>(*resources_, std::move(socket_)));
    report(app::connected, *resources_, ended->user, op_, id, remote);
}

void TcpConnect::end(std::int32_t status, std::string_view text) {
    if (over_) return;
    abort();
    if (const auto ended = resources_->take(op_)) report_failure(app::connected, *resources_, ended->user, op_, status, text);
}

} // namespace kith::app
