// SPDX-License-Identifier: MIT
#include "datagram_sender.hpp"

#include "socket_status.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace kith::app {

namespace {

constexpr std::size_t datagrams_at_once = 32;

bool leaves_by_interface(const address &to) { return to.is_group() || is_limited_broadcast(to); }

// The arguments of one sendmmsg. The structs point to each other, so the object is not moved.
class Batch {
  public:
    void add(const kith_datagram &one, const OutgoingInterface &departure) {
        msghdr &header = headers[size].msg_hdr;
        std::memset(&headers[size], 0, sizeof headers[size]);
        parts_[size] = {const_cast<void *>(one.data), one.size};
        to_[size] = to_kernel(one.remote);
        header.msg_name = &to_[size];
        header.msg_namelen = size_of(one.remote);
        header.msg_iov = &parts_[size];
        header.msg_iovlen = 1;
        // The scope already determines the interface, and the kernel refuses a second one.
        if (departure.interface != 0 && one.remote.scope == 0 && leaves_by_interface(address(one.remote)))
            direct(header, control_[size], departure, one.remote.family);
        ++size;
    }

    std::array<mmsghdr, datagrams_at_once> headers;
    std::size_t size = 0;

  private:
    struct alignas(cmsghdr) Control {
        std::byte bytes[CMSG_SPACE(sizeof(in6_pktinfo))];
    };

    // Set for each datagram. The socket option IP_MULTICAST_IF does not apply to broadcasts and would have to be set again
    // whenever the interface returns.
    static void direct(msghdr &header, Control &control, const OutgoingInterface &departure, std::uint8_t family) {
        const SocketAddress source = to_kernel(departure.source.raw());
        const bool known = departure.source.raw().family == family;
        if (family == KITH_ADDRESS_IPV6) {
            in6_pktinfo info{};
            info.ipi6_ifindex = departure.interface;
            if (known) info.ipi6_addr = source.v6.sin6_addr;
            attach(header, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
        } else {
            in_pktinfo info{};
            info.ipi_ifindex = static_cast<int>(departure.interface);
            if (known) info.ipi_spec_dst = source.v4.sin_addr;
            attach(header, control, IPPROTO_IP, IP_PKTINFO, info);
        }
    }
    template <class Info>
    static void attach(msghdr &header, Control &control, int level, int type, const Info &info) {
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(sizeof info);
        std::memset(control.bytes, 0, sizeof control.bytes);
        cmsghdr *const first = CMSG_FIRSTHDR(&header);
        first->cmsg_level = level;
        first->cmsg_type = type;
        first->cmsg_len = CMSG_LEN(sizeof info);
        std::memcpy(CMSG_DATA(first), &info, sizeof info);
    }

    std::array<iovec, datagrams_at_once> parts_;
    std::array<SocketAddress, datagrams_at_once> to_;
    std::array<Control, datagrams_at_once> control_;
};

std::int32_t status_of_send(int error) {
    switch (error) {
    case EMSGSIZE: return KITH_LIMIT;
    case ENOBUFS:
    case ENOMEM: return KITH_IO;
    case EINVAL: // the source address has no route to the destination, such as 127.0.0.1
    case ENODEV:
    case ENXIO: return KITH_UNREACHABLE;
    default: return status_of({error, boost::system::system_category()});
    }
}

std::string what_to_look_at(int error, const kith_datagram &one) {
    const std::string host = address(one.remote).host();
    switch (error) {
    case EMSGSIZE: return "; " + std::to_string(one.size) + " bytes are too long for the way there";
    case EPERM: return "; this machine does not allow it, possibly by a firewall (`nft list ruleset`)";
    case EACCES:
        return "; is it a broadcast address? Then KITH_UDP_BROADCAST is needed. Otherwise see `ip route get " + host + "`";
    case EINVAL: return "; possibly the address that the socket is bound to does not lead there";
    case ENOBUFS: return "; possibly the queue of the interface is full (`ip -s link`)";
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
    case ENETDOWN:
    case ENODEV:
    case ENXIO: return "; see `ip route get " + host + "` and `ip address`";
    default: return {};
    }
}

} // namespace

void DatagramSender::fill(const kith_datagram *first, std::uint32_t count, std::uint32_t stride) {
    clear();
    waiting_.reserve(count);
    const auto *at = reinterpret_cast<const std::byte *>(first);
    for (std::uint32_t i = 0; i < count; ++i, at += stride) {
        std::memcpy(&waiting_.emplace_back(), at, sizeof(kith_datagram));
    }
}

std::string DatagramSender::check(bool ipv6) const {
    for (const kith_datagram &one : waiting_) {
        const address to(one.remote);
        const std::string number = std::to_string(&one - waiting_.data() + 1) + " of " + std::to_string(waiting_.size());
        if (one.remote.family != (ipv6 ? KITH_ADDRESS_IPV6 : KITH_ADDRESS_IPV4))
            return "datagram " + number + ": an " + (ipv6 ? "IPv6" : "IPv4") + " address is expected, as the socket has";
        const std::string which = "datagram " + number + ", to " + to.text() + ": ";
        if (to.port() == 0) return which + "a port is expected";
        if (one.size > KITH_UDP_MAX_SIZE)
            return which + std::to_string(one.size) + " bytes; expected at most " + std::to_string(KITH_UDP_MAX_SIZE);
        if (one.size != 0 && one.data == nullptr) return which + "bytes are expected at `data`";
    }
    return {};
}

void DatagramSender::offer(int socket, const OutgoingInterface &departure) {
    while (!done()) {
        Batch batch;
        for (std::size_t i = next_; i < waiting_.size() && batch.size < datagrams_at_once; ++i) {
            if (!departure.why_not.empty() && leaves_by_interface(address(waiting_[i].remote))) break;
            batch.add(waiting_[i], departure);
        }
        if (batch.size == 0) {
            give_up_next(KITH_UNREACHABLE, departure.why_not);
            continue;
        }
        const int taken =
            ::sendmmsg(socket, batch.headers.data(), static_cast<unsigned>(batch.size), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken > 0) {
            next_ += static_cast<std::size_t>(taken);
            sent_ += static_cast<std::uint32_t>(taken);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            const int error = errno;
            give_up_next(status_of_send(error), std::strerror(error) + what_to_look_at(error, waiting_[next_]));
        }
    }
}

void DatagramSender::give_up_next(std::int32_t status, const std::string &why) {
    const address to(waiting_[next_++].remote);
    if (status_ != KITH_OK) return;
    status_ = status;
    text_ = to.text() + ": " + why;
}

void DatagramSender::keep() {
    std::size_t size = 0;
    for (std::size_t i = next_; i < waiting_.size(); ++i) size += waiting_[i].size;
    if (size == 0) return;
    kept_ = std::make_unique<std::byte[]>(size);
    std::byte *at = kept_.get();
    for (std::size_t i = next_; i < waiting_.size(); ++i) {
        if (waiting_[i].size == 0) continue;
        std::memcpy(at, waiting_[i].data, waiting_[i].size);
        waiting_[i].data = at;
        at += waiting_[i].size;
    }
}

void DatagramSender::clear() {
    waiting_.clear();
    kept_.reset();
    next_ = 0;
    sent_ = 0;
    status_ = KITH_OK;
    text_.clear();
}

} // namespace kith::app
