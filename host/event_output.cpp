// SPDX-License-Identifier: MIT
#include "event_output.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
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

// The size; -1: not a regular file.
off_t size_of_file(int fd) {
    struct stat info {};
    return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : -1;
}

} // namespace

EventOutput::EventOutput(boost::asio::io_context &io, core::EventBus &bus, const std::string &path, std::size_t queue,
                         OnReport on_report, std::chrono::nanoseconds retry_after)
    : io_(io),
      bus_(bus),
      path_(path),
      on_report_(std::move(on_report)),
      retry_after_(retry_after),
      watched_(io),
      finish_timer_(io),
      retry_timer_(io) {
    // open(2) of a named pipe for writing blocks until it has a reader; opening it for both does not.
    struct stat info {};
    const bool pipe = path != "-" && ::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
    const int mode = pipe ? O_RDWR : O_WRONLY | O_APPEND | O_CREAT;
    fd_ = path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), mode | O_CLOEXEC, 0640);
    if (fd_ < 0) cannot_open(path);
    if (size_of_file(fd_) < 0) {
        const int duplicate = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
        boost::system::error_code not_pollable; // such as /dev/null, which is always writable
        if (duplicate >= 0) watched_.assign(duplicate, not_pollable);
        if (not_pollable) ::close(duplicate);
    } else if ((::fcntl(fd_, F_GETFL) & O_APPEND) != 0 && ends_within_line()) {
        buffer_ = "\n"; // the previous kith ended while the disk was full
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

EventOutput::~EventOutput() {
    bus_.unsubscribe(subscriber_);
    if (fd_ >= 0) ::close(fd_);
}

void EventOutput::pull() {
    if (delayed_) return;
    // The bus notifies again only after all events were taken.
    for (bool more = true; more && !broken_;) {
        while (more && buffer_.size() - written_ < capacity) more = fill();
        if (!push()) return;
    }
    if (!broken_ && !std::exchange(reason_, {}).empty()) on_report_(Report::resumed, path_);
    end();
}

// Takes a batch of events into the buffer. Returns whether there may be more.
bool EventOutput::fill() {
    events_.clear();
    const bool more = bus_.take(subscriber_, batch, events_) == batch;
    for (const core::EventRef &event : events_) {
        if (event->kind() == KITH_EVENT_EVENTS_LOST) {
            const std::uint64_t lost = bus_.lost(subscriber_);
            unwritten_ += lost - std::exchange(reported_, lost) - 1;
        }
        buffer_.append(event->json()).append(1, '\n');
    }
    return more;
}

// Writes the buffer. A pipe that is writable by poll(2) accepts PIPE_BUF bytes without blocking; its descriptor can be shared (standard
// output), so it is not made non-blocking. Returns whether all is written; if not, a wait or retry is scheduled, or the stream has ended.
bool EventOutput::push() {
    if (size_ >= 0) repair_line();
    while (!broken_ && written_ < buffer_.size()) {
        pollfd ready{fd_, POLLOUT, 0};
        if (::poll(&ready, 1, 0) == 0) return wait_writable(), false;
        if ((ready.revents & (POLLERR | POLLHUP)) != 0 && (ready.revents & POLLOUT) == 0) return fail(EPIPE), false;
        const std::size_t most = watched_.is_open() ? PIPE_BUF : buffer_.size();
        const ssize_t wrote = ::write(fd_, buffer_.data() + written_, std::min<std::size_t>(buffer_.size() - written_, most));
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EAGAIN) return wait_writable(), false;
        if (wrote < 0) return errno == EPIPE ? fail(EPIPE) : delay(errno), false;
        written_ += static_cast<std::size_t>(wrote);
    }
    buffer_.clear();
    written_ = 0;
    unwritten_ = 0;
    if (buffer_.capacity() > capacity / 4) buffer_.shrink_to_fit();
    return true;
}

// Whether the last line of the file has no line end. True if that cannot be read: an empty line does less harm than a joined one.
bool EventOutput::ends_within_line() const {
    const off_t size = size_of_file(fd_);
    if (size <= 0) return false;
    const int fd = ::open(("/proc/self/fd/" + std::to_string(fd_)).c_str(), O_RDONLY | O_CLOEXEC);
    char last = 0;
    const bool known = fd >= 0 && ::pread(fd, &last, 1, size - 1) == 1;
    if (fd >= 0) ::close(fd);
    return !known || last != '\n';
}

// If another process changed the file since a write failed, a partially written line is written again.
void EventOutput::repair_line() {
    const off_t before = std::exchange(size_, -1);
    if (!within_line() || size_of_file(fd_) == before) return;
    const std::size_t end = buffer_.rfind('\n', written_ - 1);
    written_ = end == std::string::npos ? 0 : end + 1;
    if (ends_within_line()) buffer_.insert(written_, 1, '\n');
}

void EventOutput::wait_writable() {
    if (!watched_.is_open() || std::exchange(waiting_, true)) return;
    buffer_.erase(0, std::exchange(written_, 0));
    watched_.async_wait(boost::asio::posix::stream_descriptor::wait_write, [this](const boost::system::error_code &error) {
        waiting_ = false;
        if (!error) pull();
    });
}

// Keeps a partially written line in the buffer from its beginning, so that it can be written again.
void EventOutput::delay(int error) {
    const std::size_t end = written_ == 0 ? std::string::npos : buffer_.rfind('\n', written_ - 1);
    if (end != std::string::npos) {
        buffer_.erase(0, end + 1);
        written_ -= end + 1;
    }
    size_ = size_of_file(fd_);
    const std::string reason = "--events " + path_ + ": " + std::strerror(error);
    if (std::exchange(reason_, reason) != reason) on_report_(Report::delayed, reason);
    delayed_ = true;
    retry_timer_.expires_after(retry_after_);
    retry_timer_.async_wait([this](const boost::system::error_code &cancelled) {
        if (cancelled) return;
        delayed_ = false;
        pull();
    });
}

void EventOutput::fail(int error) {
    broken_ = true;
    buffer_.clear();
    written_ = 0;
    bus_.set_mask(subscriber_, 0);
    on_report_(Report::ended, "--events " + path_ + ": " + std::strerror(error));
    end();
}

void EventOutput::finish(std::function<void()> done) {
    done_ = std::move(done);
    finish_timer_.expires_after(finish_bound);
    finish_timer_.async_wait([this](const boost::system::error_code &error) {
        if (!error) give_up();
    });
    pull();
}

// Called when the time limit of finish() is reached.
void EventOutput::give_up() {
    if (std::exchange(broken_, true)) return end();
    auto missing =
        static_cast<std::uint64_t>(std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(written_), buffer_.end(), '\n'));
    missing += unwritten_ + bus_.lost(subscriber_) - reported_;
    for (bool more = true; more;) {
        events_.clear();
        more = bus_.take(subscriber_, batch, events_) == batch;
        missing += static_cast<std::uint64_t>(std::count_if(events_.begin(), events_.end(), [](const core::EventRef &event) {
            return event->kind() != KITH_EVENT_EVENTS_LOST;
        }));
    }
    const std::string why = reason_.empty() ? "--events " + path_ + ": it accepts no more data at present" : reason_;
    on_report_(Report::incomplete, why + "; up to " + std::to_string(missing) + " events are missing");
    end();
}

void EventOutput::end() {
    if (!done_) return;
    finish_timer_.cancel();
    retry_timer_.cancel();
    std::exchange(done_, nullptr)();
}

} // namespace kith::app
