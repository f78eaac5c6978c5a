// SPDX-License-Identifier: MIT
//
// `kith run --events`: each event of the bus as one line of JSON, to a file, a pipe or standard output. A slow reader never delays the
// loop: while its buffer is full nothing is taken from the bus, whose bounded queue then loses the oldest events, counted, and tells
// so by an events.lost line in this very stream.
#pragma once

#include <core/cluster/bus.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <vector>

namespace kith::app {

class EventStream {
  public:
    static constexpr std::size_t capacity = 262'144; // bytes that wait for the reader

    /// path: a file, appended to and made when missing (mode 0640), or "-". queue: events that wait at the bus. Throws
    /// boost::system::system_error when it cannot be opened. on_error: told once, when the reader is gone or the disk is full;
    /// nothing is written any more then.
    EventStream(boost::asio::io_context &io, core::Bus &bus, const std::string &path, std::size_t queue,
                std::function<void(const std::string &)> on_error);
    ~EventStream();
    EventStream(const EventStream &) = delete;
    EventStream &operator=(const EventStream &) = delete;

    /// Write what there is, within a bounded time, then call done.
    void finish(std::function<void()> done);

  private:
    void pull();
    bool push();
    void wait_writable();
    void fail(int error);
    void end();

    boost::asio::io_context &io_;
    core::Bus &bus_;
    std::string path_;
    std::function<void(const std::string &)> on_error_;
    boost::asio::posix::stream_descriptor
        watched_; // a duplicate, for waiting; closed for a regular file, which is always ready
    boost::asio::steady_timer patience_;
    core::SubscriberId subscriber_ = 0;
    std::vector<core::EventRef> events_;
    std::string buffer_;
    std::size_t written_ = 0; // of the buffer
    std::function<void()> done_;
    int fd_ = -1;
    bool posted_ = false;
    bool waiting_ = false;
    bool broken_ = false;
};

} // namespace kith::app
