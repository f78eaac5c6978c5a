// SPDX-License-Identifier: MIT
//
// The buffer into which datagrams are received by recvmmsg. One buffer serves all sockets, because completions never nest.
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

    /// The number of datagrams received at once when `most` are requested.
    static std::size_t room(std::uint32_t most, std::uint32_t max_size);

    /// Receives the available datagrams, each truncated to max_size. Valid until the next call. error is would_block when there
    /// is none.
    std::span<const kith_datagram> receive(int socket, std::uint32_t most, std::uint32_t max_size,
                                           boost::system::error_code &error);

  private:
    static constexpr std::size_t slots = 64;
    static constexpr std::size_t area = 512UL * 1024;
    void lay_out(std::uint32_t max_size);

    std::unique_ptr<std::byte[]> bytes_; // only pages that datagrams have reached use memory
    std::uint32_t size_ = 0;             // size of a slot
    std::array<mmsghdr, slots> headers_{};
    std::array<iovec, slots> parts_{};
    std::array<SocketAddress, slots> from_;
    std::array<kith_datagram, slots> out_{};
};

} // namespace kith::app
