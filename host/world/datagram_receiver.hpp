// SPDX-License-Identifier: MIT
//
// Where datagrams are received into. The loop has one, for all sockets, because completions never nest.
#pragma once

#include "socket_address.hpp"

#include <kith/service/udp.h>

#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace kith::app {

class DatagramReceiver {
  public:
    DatagramReceiver();

    /// How many are received at once when so many are asked for.
    static std::size_t room(std::uint32_t most, std::uint32_t max_size);

    /// What is there now, each cut to max_size: valid until the next call. error is would_block when there is nothing.
    std::span<const kith_datagram> receive(int socket, std::uint32_t most, std::uint32_t max_size,
                                           boost::system::error_code &error);

  private:
    static constexpr std::size_t slots = 64;
    static constexpr std::size_t area = 512UL * 1024;
    void lay_out(std::uint32_t max_size);

    std::unique_ptr<std::byte[]> bytes_; // of its pages, only those that datagrams reach cost memory
    std::uint32_t size_ = 0;             // of a slot
    std::array<mmsghdr, slots> headers_{};
    std::array<iovec, slots> parts_{};
    std::array<SocketAddress, slots> from_;
    std::array<kith_datagram, slots> out_{};
};

} // namespace kith::app
