// SPDX-License-Identifier: MIT
#include "datagram_socket.hpp"

#include "datagram_receiver.hpp"
#include "nonblocking_socket.hpp"
#include "socket_address.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/sock_diag.h>
#include <utility>

namespace kith::app {

namespace {

using boost::asio::ip::udp;

const kith_udp_plugin &udp_side(TenantResources &resources) { return *resources.side<kith_udp_plugin>(KITH_UDP); }

void report_received(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                     std::string_view text, std::span<const kith_datagram> got, std::uint64_t lost) {
    Entered guard(resources.tenant, "udp.received");
    udp_side(resources).received(resources.tenant.self(), user, op, status, borrow(text), got.data(),
                                 static_cast<std::uint32_t>(got.size()), sizeof(kith_datagram), lost);
}

void report_sent(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                 std::uint32_t sent) {
    Entered guard(resources.tenant, "udp.sent");
    udp_side(resources).sent(resources.tenant.self(), user, op, status, borrow(text), sent);
}

} // namespace

DatagramSocket::DatagramSocket(TenantResources &resources, DatagramOptions options, Error &error)
    : resources_(resources.shared_from_this()),
      options_(std::move(options)),
      socket_(resources.io),
      receiving_(resources.io),
      sending_(resources.io) {
    auto &parts = resources.parts;
    if (!parts.datagram_receiver) parts.datagram_receiver = std::make_unique<DatagramReceiver>();
    if (!options_.interface.empty()) resources.interfaces().look();
    open_socket(socket_, options_.local.is_ipv6() ? udp::v6() : udp::v4(), error);
    if (!error) configure(error);
    if (!error && options_.local.is_group())
        error.assign(EADDRNOTAVAIL, boost::system::system_category()); // Linux would accept it
    if (error) return;
    kith_address to = options_.local.raw();
    if (is_link_local(options_.local) && !options_.interface.empty())
        to.scope = resources.interfaces().interface_for(options_.local, options_.interface).place.index;
    const SocketAddress local = to_kernel(to);
    if (::bind(socket_.native_handle(), &local.any, size_of(to)) != 0) error.assign(errno, boost::system::system_category());
}

void DatagramSocket::configure(Error &error) {
    const bool ipv6 = options_.local.is_ipv6();
    const auto set = [&](int level, int name, int value) {
        if (!error && ::setsockopt(socket_.native_handle(), level, name, &value, sizeof value) != 0)
            error.assign(errno, boost::system::system_category());
    };
    const auto flag = [&](std::uint32_t which) { return (options_.flags & which) != 0 ? 1 : 0; };
    const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (ipv6) set(level, IPV6_V6ONLY, 1);
    set(SOL_SOCKET, SO_REUSEADDR, flag(KITH_UDP_SHARED));
    set(SOL_SOCKET, SO_BROADCAST, flag(KITH_UDP_BROADCAST));
    if (options_.receive_buffer != 0)
        set(SOL_SOCKET, SO_RCVBUF, static_cast<int>(std::min<std::uint32_t>(options_.receive_buffer, 1U << 30U)));
    // Without this option the socket receives the groups that any socket of the machine has joined. Over IPv6 it still does
    // before Linux 4.20.
    set(level, ipv6 ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL, 0);
    if (error.value() == ENOPROTOOPT) error.clear();
    set(level, ipv6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, static_cast<int>(options_.hops));
    set(level, ipv6 ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP, 1 - flag(KITH_UDP_NO_LOOP));
}

address DatagramSocket::local() const {
    Error ignored;
    return address(from_kernel(*socket_.local_endpoint(ignored).data()));
}

std::uint32_t DatagramSocket::receive_buffer() const {
    boost::asio::socket_base::receive_buffer_size granted;
    Error ignored;
    socket_.get_option(granted, ignored);
    return static_cast<std::uint32_t>(granted.value()) / 2; // the kernel doubles the requested size for its own data
}

std::int32_t DatagramSocket::join(std::string_view group, std::string_view interface) {
    const auto to = address::parse(group, 0);
    if (!to || !to->is_group()) {
        return resources_->refuse(KITH_INVALID, "`" + std::string(group) + "`: the address of a group is expected, such as " +
                                                    (options_.local.is_ipv6() ? "ff02::77" : "233.252.1.32"));
    }
    if (to->is_ipv6() != options_.local.is_ipv6()) {
        return resources_->refuse(KITH_INVALID, "the group " + std::string(group) +
                                                    " is not of the family of the socket's address, " + options_.local.host());
    }
    if (!groups_) {
        groups_ = std::make_shared<MulticastGroups>(*resources_, socket_.native_handle(), id_);
        resources_->interfaces().listen(groups_);
    }
    return groups_->join(*to, group, interface);
}

std::int32_t DatagramSocket::leave(std::string_view group, std::string_view interface) {
    const auto to = address::parse(group, 0);
    if (!groups_ || !to) return resources_->refuse(KITH_NOT_FOUND, "that group was not asked for");
    return groups_->leave(*to, interface);
}

std::int32_t DatagramSocket::receive(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (receiving_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "a receive of this socket is outstanding already");
    max_ = max;
    receiving_.begin(
        *resources_, shared_from_this(), timeout, user, op,
        [me = shared_from_this()](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            report_received(resources, u, o, KITH_CANCELLED, cancelled_text(), {}, me->lost_);
        },
        [this] { end_receive(KITH_TIMED_OUT, local().text() + ": nothing came in time"); });
    await_datagrams();
    return KITH_OK;
}

void DatagramSocket::await_datagrams() {
    if (std::exchange(receiving_.waiting, true)) return;
    auto go_on = [me = shared_from_this()](const Error &) {
        me->receiving_.waiting = false;
        if (me->receiving_.op != 0) me->can_receive();
    };
    if (more_) {
        boost::asio::post(resources_->io, [go_on = std::move(go_on)] { go_on({}); }); // after all other handlers that are ready
    } else {
        socket_.async_wait(udp::socket::wait_read, std::move(go_on));
    }
}

void DatagramSocket::can_receive() {
    DatagramReceiver &datagram_receiver = *resources_->parts.datagram_receiver;
    Error error;
    const auto got = datagram_receiver.receive(socket_.native_handle(), max_, options_.max_size, error);
    more_ = got.size() == datagram_receiver.room(max_, options_.max_size);
    if (error == boost::asio::error::would_block) return await_datagrams();
    if (error) return end_receive(status_of(error), local().text() + ": " + error.message());
    if (!more_ || ++uncounted_ == most_uncounted) count_lost();
    if (const auto ended = receiving_.end(*resources_))
        report_received(*resources_, ended->user, receiving_.last, KITH_OK, {}, got, lost_);
}

void DatagramSocket::end_receive(std::int32_t status, std::string_view text) {
    if (const auto ended = receiving_.end(*resources_))
        report_received(*resources_, ended->user, receiving_.last, status, text, {}, lost_);
}

// Read when no datagram waits, and once for some batches while more do. SO_RXQ_OVFL would report it with each datagram, but not the losses after the last one.
void DatagramSocket::count_lost() {
    uncounted_ = 0;
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    if (::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return;
    const std::uint32_t before = std::exchange(drops_, memory[SK_MEMINFO_DROPS]);
    lost_ += drops_ - before; // the kernel's counter may have wrapped
}

std::int32_t DatagramSocket::send(const kith_datagram *first, std::uint32_t count, std::uint32_t stride, std::uint64_t timeout,
                                  std::uint64_t user, std::uint64_t *op) {
    if (sending_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "a send of this socket is outstanding already");
    out_.fill(first, count, stride);
    if (const std::string wrong = out_.check(options_.local.is_ipv6()); !wrong.empty()) {
        out_.clear();
        return resources_->refuse(KITH_INVALID, wrong);
    }
    if (TenantRights *const rights = resources_->tenant.rights()) {
        for (const kith_datagram &one : out_.waiting()) {
            const std::string denied = rights->why_not_reach(TenantRights::Transport::udp, one.remote);
            if (denied.empty()) continue;
            out_.clear();
            return resources_->refuse(KITH_DENIED, denied);
        }
    }
    out_.offer(socket_.native_handle(), departure());
    out_.keep();
    sending_.begin(
        *resources_, shared_from_this(), timeout, user, op,
        [me = shared_from_this()](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            report_sent(resources, u, o, KITH_CANCELLED, cancelled_text(), me->out_.sent());
        },
        [this] { end_send(KITH_TIMED_OUT, local().text() + ": the send buffer stayed full until the time was over"); });
    await_room();
    return KITH_OK;
}

// The interface may have appeared or disappeared since the last send.
OutgoingInterface DatagramSocket::departure() {
    if (options_.interface.empty()) return {};
    InterfaceWatch &interfaces = resources_->interfaces();
    GroupInterfaceResult placed = interfaces.interface_for(options_.local, options_.interface);
    if (placed.status != KITH_OK) {
        interfaces.look(); // notifications may be late
        placed = interfaces.interface_for(options_.local, options_.interface);
    }
    if (placed.status != KITH_OK) return {.interface = 0, .source = {}, .why_not = std::move(placed.text)};
    const auto given = address::parse(options_.interface, 0);
    const address source = is_any(options_.local) ? given.value_or(address()) : options_.local;
    return {.interface = placed.place.index, .source = source, .why_not = {}};
}

void DatagramSocket::await_room() {
    if (std::exchange(sending_.waiting, true)) return;
    auto go_on = [me = shared_from_this()](const Error &) {
        me->sending_.waiting = false;
        if (me->sending_.op != 0) me->can_send();
    };
    if (out_.done()) {
        boost::asio::post(resources_->io, [go_on = std::move(go_on)] { go_on({}); });
    } else {
        socket_.async_wait(udp::socket::wait_write, std::move(go_on));
    }
}

void DatagramSocket::can_send() {
    if (!out_.done()) out_.offer(socket_.native_handle(), departure());
    if (!out_.done()) return await_room();
    end_send(KITH_OK, {});
}

void DatagramSocket::end_send(std::int32_t status, std::string_view text) {
    const auto ended = sending_.end(*resources_);
    if (!ended) return;
    const bool failed = out_.status() != KITH_OK; // the failed datagram comes before those that still wait
    const DatagramSender done = std::exchange(out_, {});
    report_sent(*resources_, ended->user, sending_.last, failed ? done.status() : status, failed ? done.text() : text,
                done.sent());
}

void DatagramSocket::close() {
    Error ignored;
    for (const std::uint64_t op : {receiving_.op, sending_.op}) {
        if (op != 0) resources_->cancel(op);
    }
    if (groups_) groups_->close();
    socket_.close(ignored); // this also leaves the groups
}

} // namespace kith::app
