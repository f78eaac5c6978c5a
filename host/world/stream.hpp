// SPDX-License-Identifier: MIT
//
// One TCP stream, and one listener. What the kernel has handed over stays here until somebody asks for it, so that a read or an
// accept that is cancelled, or times out, loses nothing.
#pragma once

#include "seat.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <string>
#include <vector>

namespace kith::app {

using boost::asio::ip::tcp;
using Error = boost::system::error_code;

/// The status that tells an error of the socket.
std::int32_t status_of(const Error &error);

class Stream : public std::enable_shared_from_this<Stream> {
  public:
    Stream(Seat &seat, tcp::socket socket);

    std::int32_t read(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t write(std::string_view data, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    void shutdown();
    void close();

  private:
    void pull();
    void offer();
    void end_read(std::int32_t status, std::string_view text);
    void end_write(std::int32_t status, std::string_view text);
    void arm(boost::asio::steady_timer &timer, std::uint64_t timeout, std::uint64_t op, void (Stream::*expired)());
    void read_expired();
    void write_expired();

    std::shared_ptr<Seat> seat_;
    tcp::socket socket_;
    boost::asio::steady_timer read_timer_, write_timer_;
    boost::asio::cancellation_signal stop_write_;
    std::vector<char> buffer_;   // where the kernel writes
    std::size_t begin_ = 0;      // of what is not handed over yet
    std::size_t end_ = 0;
    std::uint32_t max_ = 0;      // of the read that is outstanding
    std::uint64_t read_op_ = 0, write_op_ = 0;
    bool pulling_ = false;
    bool offering_ = false;
    bool pushing_ = false;
    Error ended_;                // how the stream ended; told when all bytes are handed over
    std::string out_;
};

class Listener : public std::enable_shared_from_this<Listener> {
  public:
    Listener(Seat &seat, tcp::acceptor acceptor, std::uint64_t id);

    std::int32_t accept(std::uint64_t user, std::uint64_t *op);
    void close();
    tcp::endpoint local() const { return acceptor_.local_endpoint(); }

  private:
    void pull();
    void offer();

    std::shared_ptr<Seat> seat_;
    tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_; // after an accept that found no descriptor free
    std::deque<std::pair<tcp::socket, Error>> ready_;
    std::uint64_t op_ = 0;
    bool pulling_ = false;
};

} // namespace kith::app
