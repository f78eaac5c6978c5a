// SPDX-License-Identifier: MIT
//
// Sends the datagrams of one send by sendmmsg. Each is passed to the kernel once, and again only while the send buffer is full.
#pragma once

#include "socket_address.hpp"

#include <kith/service/udp.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kith::app {

/// The interface for datagrams to groups and to the limited broadcast address.
struct OutgoingInterface {
    unsigned interface = 0; // 0: chosen by the routes
    address source;         // family 0: chosen by the kernel
    std::string why_not;    // not empty: the reason why there is no interface now
};

class DatagramSender {
  public:
    /// Sets the datagrams to send. Their bytes are borrowed until `keep`.
    void fill(const kith_datagram *first, std::uint32_t count, std::uint32_t stride);
    /// Checks them for a socket of that family. Returns an error text, empty when they are valid.
    std::string check(bool ipv6) const;
    /// Passes the remaining datagrams to the kernel.
    void offer(int socket, const OutgoingInterface &departure);
    /// Copies the bytes of the remaining datagrams.
    void keep();
    void clear();

    std::span<const kith_datagram> waiting() const { return std::span(waiting_).subspan(next_); }
    bool done() const { return next_ == waiting_.size(); }
    std::uint32_t sent() const { return sent_; }
    /// The status of the first datagram that the kernel refused.
    std::int32_t status() const { return status_; }
    const std::string &text() const { return text_; }

  private:
    void give_up_next(std::int32_t status, const std::string &why);

    std::vector<kith_datagram> waiting_;
    std::unique_ptr<std::byte[]> kept_;
    std::size_t next_ = 0; // index into waiting_
    std::uint32_t sent_ = 0;
    std::int32_t status_ = KITH_OK;
    std::string text_;
};

} // namespace kith::app
