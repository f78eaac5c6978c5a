// SPDX-License-Identifier: MIT
//
// One TCP stream. Bytes are taken from the kernel only for a read that is outstanding, and given to it as far as it takes them, so
// a read or a write that is cancelled or times out leaves nothing behind.
#pragma once

#include "seat.hpp"
#include "socket.hpp"
#include "way.hpp"

#include <string>
#include <string_view>

namespace kith::app {

class Stream : public std::enable_shared_from_this<Stream> {
  public:
    Stream(Seat &seat, tcp::socket socket);

    std::int32_t read(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t write(std::string_view data, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t shutdown();
    void close();

    const tcp::endpoint &remote() const { return remote_; }

  private:
    void await_read();
    void can_read();
    void end_read(std::int32_t status, std::string_view text);
    void await_write();
    void can_write();
    void end_write(std::int32_t status, std::string_view text);
    std::string text_of(const Error &error) const;
    std::string late() const;
    std::int32_t broken(const Error &error);

    std::shared_ptr<Seat> seat_;
    tcp::socket socket_;
    tcp::endpoint remote_;
    Way reading_, writing_;
    std::uint32_t max_ = 0;   // of the read
    std::string out_;         // of the write
    std::size_t written_ = 0; // of out_
    bool finished_ = false;   // our direction is shut down
    Error broken_;            // the kernel tells an error once; here it is kept
};

} // namespace kith::app
