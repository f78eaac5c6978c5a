// SPDX-License-Identifier: MIT
#include "happy_eyeballs.hpp"

#include <host/world/endpoint_text.hpp>
#include <host/world/numeric_address.hpp>
#include <host/world/socket_status.hpp>

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace kith::app {

namespace {

constexpr std::chrono::milliseconds head_start(250);

// Alternates between the families, starting with that of the resolver's first address.
std::vector<boost::asio::ip::address> in_turns(const std::vector<boost::asio::ip::address> &all) {
    std::vector<boost::asio::ip::address> of[2], out;
    for (const auto &one : all) of[one.is_v6() == all.front().is_v6() ? 0 : 1].push_back(one);
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const auto &family : of) {
            if (i < family.size()) out.push_back(family[i]);
        }
    }
    return out;
}

} // namespace

HappyEyeballs::HappyEyeballs(TenantResources &resources, std::string name, std::uint16_t port, Done done)
    : resources_(resources.shared_from_this()),
      name_(std::move(name)),
      port_(port),
      done_(std::move(done)),
      pace_(resources.io) {}

void HappyEyeballs::start() {
    if (const auto numeric = numeric_address(name_)) {
        if (!numeric->fault.empty()) return end_later(KITH_UNREACHABLE, numeric->fault);
        return found({numeric->address});
    }
    resources_->parts.resolver.resolve(name_, this, [me = shared_from_this()](const Resolved &found) { me->resolved(found); });
}

void HappyEyeballs::abort() {
    if (std::exchange(over_, true)) return;
    done_ = nullptr;
    pace_.cancel();
    runners_.clear();
    resources_->parts.resolver.forget(this);
}

std::string HappyEyeballs::phase() const {
    return addresses_.empty() ? "resolving the name " + name_ : "connecting to " + place(name_, port_);
}

void HappyEyeballs::resolved(const Resolved &result) {
    if (over_) return;
    if (result.status != KITH_OK) return end(result.status, result.text, tcp::socket(resources_->io));
    found(in_turns(result.addresses));
}

void HappyEyeballs::found(std::vector<boost::asio::ip::address> addresses) {
    const std::string denied = resources_->remove_denied(addresses, port_);
    addresses_ = std::move(addresses);
    if (!addresses_.empty()) return next();
    end_later(KITH_DENIED, denied);
}

void HappyEyeballs::end_later(std::int32_t status, const std::string &why) {
    boost::asio::post(resources_->io, [me = shared_from_this(), status, text = place(name_, port_) + ": " + why] {
        if (!me->over_) me->end(status, text, tcp::socket(me->resources_->io));
    });
}

void HappyEyeballs::next() {
    const std::size_t which = runners_.size();
    const tcp::endpoint to(addresses_[which], port_);
    auto &socket = *runners_.emplace_back(std::make_unique<tcp::socket>(resources_->io));
    Error error;
    open_socket(socket, to.protocol(), error);
    const auto completed = [me = shared_from_this(), which](const Error &failed) { me->tried(which, failed); };
    if (error) {
        boost::asio::post(resources_->io, [completed, error] { completed(error); });
    } else {
        socket.async_connect(to, completed);
    }
    if (runners_.size() == addresses_.size()) return;
    pace_.expires_after(head_start);
    pace_.async_wait([me = shared_from_this(), count = runners_.size()](const Error &stopped) {
        if (!stopped && !me->over_ && me->runners_.size() == count) me->next();
    });
}

void HappyEyeballs::tried(std::size_t which, const Error &error) {
    if (over_) return;
    if (!error) {
        auto socket = std::move(*runners_[which]);
        return end(KITH_OK, {}, std::move(socket));
    }
    runners_[which].reset();
    ++failed_;
    // An answer from a host is more significant than a network error for another address.
    if (!error_ || status_of(error) == KITH_REFUSED) error_ = error;
    if (runners_.size() < addresses_.size()) return next();
    if (failed_ < addresses_.size()) return;
    const std::int32_t status = status_of(error_);
    std::string text = place(name_, port_) + ": " + error_.message();
    if (error_ == boost::asio::error::connection_refused) text += "; nobody listens there, expected a server";
    end(status, std::move(text), tcp::socket(resources_->io));
}

void HappyEyeballs::end(std::int32_t status, std::string text, tcp::socket socket) {
    const auto done = std::move(done_);
    abort();
    done(status, std::move(text), std::move(socket));
}

} // namespace kith::app
