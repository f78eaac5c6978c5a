// SPDX-License-Identifier: MIT
#include "event_stream.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t batch = 64;
constexpr auto finish_bound = std::chrono::seconds(2);

[[noreturn]] void cannot_open(const std::string &path) {
    throw boost::system::system_error(errno, boost::system::system_category(), "--events " + path);
}

} // namespace

EventStream::EventStream(boost::asio::io_context &io, core::Bus &bus, const std::string &path, std::size_t queue,
                         std::function<void(const std::string &)> on_error)
    : io_(io), bus_(bus), path_(path), on_error_(std::move(on_error)), watched_(io), patience_(io) {
    // A named pipe that nobody reads yet would hold open(2) for ever; opened for both it does not.
    struct stat info {};
    const bool pipe = path != "-" && ::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
    const int mode = pipe ? O_RDWR : O_WRONLY | O_APPEND | O_CREAT;
    fd_ = path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), mode | O_CLOEXEC, 0640);
    if (fd_ < 0) cannot_open(path);
    if (::fstat(fd_, &info) == 0 && !S_ISREG(info.st_mode)) {
        const int duplicate = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
        boost::system::error_code not_pollable; // such as /dev/null, which is always ready too
        if (duplicate >= 0) watched_.assign(duplicate, not_pollable);
        if (not_pollable) ::close(duplicate);
    }
    core::Subscription subscription;
    subscription.limit = queue;
    subscription.notify = [this] {
        if (std::exchange(posted_, true)) return;
        boost::asio::post(io_, [this] {
            posted_ = false;
            pull();
        });
    };
    subscriber_ = bus_.subscribe(std::move(subscription));
}

EventStream::~EventStream() {
    bus_.unsubscribe(subscriber_);
    if (fd_ >= 0) ::close(fd_);
}

void EventStream::pull() {
    // The bus does not notify again before all was taken.
    for (bool more = true; more && !broken_;) {
        while (more && buffer_.size() - written_ < capacity) {
            events_.clear();
            more = bus_.take(subscriber_, batch, events_) == batch;
            for (const core::EventRef &event : events_) buffer_.append(event->json()).append(1, '\n');
        }
        if (!push()) return;
    }
    end();
}

// A pipe that polls as writable takes PIPE_BUF bytes without waiting; its descriptor may be shared (it is standard output), so it
// is not made non-blocking. Answers whether all is written; if not, what comes next is seen to.
bool EventStream::push() {
    while (!broken_ && written_ < buffer_.size()) {
        pollfd ready{fd_, POLLOUT, 0};
        if (::poll(&ready, 1, 0) == 0) return wait_writable(), false;
        if ((ready.revents & (POLLERR | POLLHUP)) != 0 && (ready.revents & POLLOUT) == 0) return fail(EPIPE), false;
        const std::size_t most = watched_.is_open() ? PIPE_BUF : buffer_.size();
        const ssize_t wrote = ::write(fd_, buffer_.data() + written_, std::min<std::size_t>(buffer_.size() - written_, most));
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EAGAIN) return wait_writable(), false;
        if (wrote < 0) return fail(errno), false;
        written_ += static_cast<std::size_t>(wrote);
    }
    buffer_.clear();
    written_ = 0;
    if (buffer_.capacity() > capacity / 4) buffer_.shrink_to_fit();
    return true;
}

void EventStream::wait_writable() {
    if (!watched_.is_open() || std::exchange(waiting_, true)) return;
    buffer_.erase(0, std::exchange(written_, 0));
    watched_.async_wait(boost::asio::posix::stream_descriptor::wait_write, [this](const boost::system::error_code &error) {
        waiting_ = false;
        if (!error) pull();
    });
}

void EventStream::fail(int error) {
    broken_ = true;
    buffer_.clear();
    written_ = 0;
    bus_.set_mask(subscriber_, 0);
    on_error_("--events " + path_ + ": " + std::strerror(error) + "; no event is written there any more");
    end();
}

void EventStream::finish(std::function<void()> done) {
    done_ = std::move(done);
    patience_.expires_after(finish_bound);
    patience_.async_wait([this](const boost::system::error_code &error) {
        if (error) return;
        broken_ = true; // the reader had its time
        end();
    });
    pull();
}

void EventStream::end() {
    if (!done_) return;
    patience_.cancel();
    std::exchange(done_, nullptr)();
}

} // namespace kith::app
