// SPDX-License-Identifier: MIT
//
// The datagrams of one send: each is offered to the kernel once, and again only as long as the send buffer is full.
#pragma once

#include "socket_address.hpp"

#include <kith/service/udp.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace kith::app {

/// How groups and the limited broadcast leave the machine.
struct OutgoingInterface {
    unsigned interface = 0; // 0: the routes decide
    address source;         // family 0: the kernel's choice
    std::string why_not;    // not empty: there is no way, now
};

class DatagramSender {
  public:
    /// Take over what is to be sent; the bytes stay borrowed until `keep`.
    void fill(const kith_datagram *first, std::uint32_t count, std::uint32_t stride);
    /// What is wrong with them, for a socket of that family; empty when nothing is.
    std::string check(bool ipv6) const;
    /// Offer what is left to the kernel.
    void offer(int socket, const OutgoingInterface &departure);
    /// Copy the bytes of what is left.
    void keep();
    void clear();

    bool done() const { return next_ == waiting_.size(); }
    std::uint32_t sent() const { return sent_; }
    /// Of the first that the kernel did not take.
    std::int32_t status() const { return status_; }
    const std::string &text() const { return text_; }

  private:
    void give_up_next(std::int32_t status, const std::string &why);

    std::vector<kith_datagram> waiting_;
    std::unique_ptr<std::byte[]> kept_;
    std::size_t next_ = 0; // of waiting_
    std::uint32_t sent_ = 0;
    std::int32_t status_ = KITH_OK;
    std::string text_;
};

} // namespace kith::app
