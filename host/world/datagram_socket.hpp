// SPDX-License-Identifier: MIT
//
// A UDP socket of kith.udp/1. Datagrams are read from the kernel only while a receive is outstanding, so a receive that is
// cancelled or times out loses none.
#pragma once

#include "datagram_sender.hpp"
#include "multicast_groups.hpp"
#include "operation_slot.hpp"
#include "socket_status.hpp"
#include "tenant_resources.hpp"

#include <kith/address.hpp>
#include <kith/service/udp.h>

#include <boost/asio/ip/udp.hpp>

#include <memory>
#include <string>

namespace kith::app {

/// A validated kith_udp_socket.
struct DatagramOptions {
    address local;
    std::string interface;
    std::uint32_t flags = 0;
    std::uint32_t hops = 0;
    std::uint32_t max_size = KITH_UDP_MAX_SIZE;
    std::uint32_t receive_buffer = 0;
};

class DatagramSocket : public std::enable_shared_from_this<DatagramSocket> {
  public:
    DatagramSocket(TenantResources &resources, DatagramOptions options, Error &error);

    /// Sets the id of the socket.
    void open_as(std::uint64_t id) { id_ = id; }
    address local() const;
    std::uint32_t receive_buffer() const;

    std::int32_t join(std::string_view group, std::string_view interface);
    std::int32_t leave(std::string_view group, std::string_view interface);
    std::int32_t receive(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t send(const kith_datagram *first, std::uint32_t count, std::uint32_t stride, std::uint64_t timeout,
                      std::uint64_t user, std::uint64_t *op);
    void close();

  private:
    void configure(Error &error);
    void await_datagrams();
    void can_receive();
    void end_receive(std::int32_t status, std::string_view text);
    void count_lost();
    OutgoingInterface departure();
    void await_room();
    void can_send();
    void end_send(std::int32_t status, std::string_view text);

    std::shared_ptr<TenantResources> resources_;
    DatagramOptions options_;
    boost::asio::ip::udp::socket socket_;
    std::uint64_t id_ = 0;
    std::shared_ptr<MulticastGroups> groups_; // created by the first join
    OperationSlot receiving_, sending_;
    std::uint32_t max_ = 0; // limit of the receive
    bool more_ = false;     // the last batch was full, so there may be more datagrams
    static constexpr std::uint32_t most_uncounted = 16;
    std::uint32_t uncounted_ = 0; // batches since the losses were read
    std::uint32_t drops_ = 0;     // the kernel's 32-bit counter
    std::uint64_t lost_ = 0;
    DatagramSender out_;
};

} // namespace kith::app
