// SPDX-License-Identifier: MIT
#include "accept_loop.hpp"

#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <utility>

namespace kith::app {

namespace {

constexpr int most_accepted_at_once = 16; // before others have their turn

} // namespace

AcceptLoop::AcceptLoop(boost::asio::io_context &io, int fd, std::function<void(int)> taken)
    : listener_(io, fd), pause_(io), taken_(std::move(taken)) {
    await();
}

void AcceptLoop::await() {
    listener_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this, guard = std::weak_ptr(alive_)](const boost::system::error_code &error) {
                             if (!error && !guard.expired()) accept();
                         });
}

void AcceptLoop::accept() {
    const std::weak_ptr guard(alive_);
    for (int count = 0; count < most_accepted_at_once; ++count) {
        const int fd = ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            taken_(fd);
            if (guard.expired()) return;
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
        return pause();
    }
    await();
}

// Such as too many open files: the one that waits is taken later.
void AcceptLoop::pause() {
    pause_.expires_after(std::chrono::seconds(1));
    pause_.async_wait([this, guard = std::weak_ptr(alive_)](const boost::system::error_code &error) {
        if (!error && !guard.expired()) accept();
    });
}

} // namespace kith::app
