// SPDX-License-Identifier: MIT
//
// `kith run --events`: each event of the bus as one line of JSON, to a file, a pipe or standard output. A slow reader never delays the
// loop: while its buffer is full nothing is taken from the bus, whose bounded queue then loses the oldest events, counted, and reports
// them by an events.lost line in this very stream.
//
// A write that fails, such as on a full disk, is tried again each second; what waits meanwhile has the same two bounds. A line of which
// only the beginning was written is completed then. When the file has another size by then (it was emptied to make room), and at the
// start when the last line of the file has no end, that line is closed by a line end and the next one begins. Only a reader that has
// closed its end of the pipe is final.
#pragma once

#include <core/cluster/bus.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace kith::app {

class EventStream {
  public:
    static constexpr std::size_t capacity = 262'144; // bytes that wait for the reader
    static constexpr auto retry = std::chrono::seconds(1);

    enum class Report : std::uint8_t {
        delayed,    // a write has failed, and will be tried again
        resumed,    // all that waited is written
        ended,      // the reader is gone; nothing is written any more
        incomplete, // finish() could not write all of it
    };
    using OnReport = std::function<void(Report, const std::string &reason)>;

    /// path: a file, appended to and made when missing (mode 0640), or "-". queue: events that wait at the bus. Throws
    /// boost::system::system_error when it cannot be opened.
    EventStream(boost::asio::io_context &io, core::Bus &bus, const std::string &path, std::size_t queue, OnReport on_report,
                std::chrono::nanoseconds retry_after = retry);
    ~EventStream();
    EventStream(const EventStream &) = delete;
    EventStream &operator=(const EventStream &) = delete;

    /// Write what there is, within a bounded time, then call done.
    void finish(std::function<void()> done);

  private:
    void pull();
    bool fill();
    bool push();
    bool within_line() const { return written_ != 0 && buffer_[written_ - 1] != '\n'; }
    bool ends_within_line() const;
    void repair_line();
    void wait_writable();
    void delay(int error);
    void fail(int error);
    void give_up();
    void end();

    boost::asio::io_context &io_;
    core::Bus &bus_;
    std::string path_;
    OnReport on_report_;
    std::chrono::nanoseconds retry_after_;
    boost::asio::posix::stream_descriptor
        watched_; // a duplicate, for waiting; closed for a regular file, which is always ready
    boost::asio::steady_timer finish_timer_;
    boost::asio::steady_timer retry_timer_;
    core::SubscriberId subscriber_ = 0;
    std::vector<core::EventRef> events_;
    std::string buffer_;
    std::size_t written_ = 0;     // of the buffer
    std::uint64_t reported_ = 0;  // of the events that the bus lost: those in the events.lost that were taken
    std::uint64_t unwritten_ = 0; // of those, more than the lines that report them: until the buffer is written
    off_t size_ = -1;             // of a regular file, when a write of it failed
    std::string reason_;          // of the last write that failed; empty: none did
    std::function<void()> done_;
    int fd_ = -1;
    bool posted_ = false;
    bool waiting_ = false;
    bool delayed_ = false; // `retry_timer_` runs
    bool broken_ = false;
};

} // namespace kith::app
