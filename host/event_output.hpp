// SPDX-License-Identifier: MIT
//
// `kith run --events`: writes each event of the bus as one line of JSON to a file, a pipe or standard output. A slow reader never blocks
// the loop: while the buffer is full, no events are taken from the bus. Its queue is bounded and then drops the oldest events; an
// events.lost line in the stream reports their number.
//
// After a failed write, for example on a full disk, the write is retried each second; meanwhile buffer and queue have the same bounds. The
// retry completes a partially written line. If the size of the file has changed in the meantime (it was truncated to free space), or if the
// last line of an existing file has no line end at the start, that line is ended and the next one begins. Only a reader that has closed
// its end of the pipe ends the stream.
#pragma once

#include <core/cluster/events/event_bus.hpp>

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

class EventOutput {
  public:
    static constexpr std::size_t capacity = 262'144; // bytes of the buffer
    static constexpr auto retry = std::chrono::seconds(1);

    enum class Report : std::uint8_t {
        delayed,    // a write failed and is retried
        resumed,    // all buffered events are written
        ended,      // the reader closed the pipe; no more events are written
        incomplete, // finish() could not write all events
    };
    using OnReport = std::function<void(Report, const std::string &reason)>;

    /// path: a file, which is appended to and created with mode 0640 if missing, or "-" for standard output. queue: maximum of events
    /// that the bus holds for it. on_report: called on the loop. Throws boost::system::system_error when the file cannot be opened.
    EventOutput(boost::asio::io_context &io, core::EventBus &bus, const std::string &path, std::size_t queue,
                OnReport on_report, std::chrono::nanoseconds retry_after = retry);
    ~EventOutput();
    EventOutput(const EventOutput &) = delete;
    EventOutput &operator=(const EventOutput &) = delete;

    /// Writes the remaining events, for at most 2 s, then calls `done`.
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
    core::EventBus &bus_;
    std::string path_;
    OnReport on_report_;
    std::chrono::nanoseconds retry_after_;
    boost::asio::posix::stream_descriptor
        watched_; // a duplicate, to wait until the file is writable; closed for a regular file, which always is
    boost::asio::steady_timer finish_timer_;
    boost::asio::steady_timer retry_timer_;
    core::SubscriberId subscriber_ = 0;
    std::vector<core::EventRef> events_;
    std::string buffer_;
    std::size_t written_ = 0;     // bytes of the buffer that are written
    std::uint64_t reported_ = 0;  // lost events of the bus that taken events.lost lines report
    std::uint64_t unwritten_ = 0; // events that events.lost lines in the buffer report, minus these lines
    off_t size_ = -1;             // size of a regular file when a write failed; -1: none failed
    std::string reason_;          // of the last failed write; empty: none failed
    std::function<void()> done_;
    int fd_ = -1;
    bool posted_ = false;
    bool waiting_ = false;
    bool delayed_ = false; // retry_timer_ is running
    bool broken_ = false;
};

} // namespace kith::app
