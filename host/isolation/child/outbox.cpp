// SPDX-License-Identifier: MIT
#include "outbox.hpp"

#include "../hello.hpp"

#include <sdk/messages/frames.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace kith::isolation {

namespace {

constexpr std::size_t most_waiting = std::size_t{64} << 10;

} // namespace

bool Outbox::send(std::string_view message) {
    if (message.size() > max_to_kith) return false;
    const std::lock_guard guard(lock_);
    messages::append_frame(waiting_, message);
    if (waiting_.size() > most_waiting) write_all();
    return true;
}

void Outbox::flush() {
    const std::lock_guard guard(lock_);
    write_all();
}

void Outbox::write_all() {
    for (std::string_view rest = waiting_; !rest.empty();) {
        const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent > 0)
            rest.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno != EINTR)
            ::_exit(0); // kith is gone
    }
    waiting_.clear();
    if (waiting_.capacity() > 2 * most_waiting) waiting_.shrink_to_fit();
}

} // namespace kith::isolation
