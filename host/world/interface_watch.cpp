// SPDX-License-Identifier: MIT
#include "interface_watch.hpp"

#include "multicast_groups.hpp"
#include "netlink_messages.hpp"
#include "route_lookup.hpp"
#include "socket_address.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace {

constexpr auto interface_pause = std::chrono::milliseconds(50);

int open_notices() {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0) return -1;
    sockaddr_nl to{};
    to.nl_family = AF_NETLINK;
    to.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    if (::bind(fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) == 0) return fd;
    ::close(fd);
    return -1;
}

bool same_host(const address &a, const address &b) {
    return a.is_ipv6() == b.is_ipv6() && std::equal(std::begin(a.raw().bytes), std::end(a.raw().bytes), b.raw().bytes);
}

// IGMP uses an address of the interface as source, MLD its link-local address (RFC 3810).
bool reports_from(const address &source, bool ipv6) { return ipv6 ? is_link_local(source) : !source.is_ipv6(); }

} // namespace

InterfaceWatch::InterfaceWatch(boost::asio::io_context &io)
    : descriptor_(open_notices()),
      check_(
          io, interface_pause, [this] { noticed(); }, [this] { return poll(); }) {
    check_.watch(descriptor_);
    look();
}

void InterfaceWatch::noticed() {
    read_notices();
    look();
    report();
}

bool InterfaceWatch::poll() {
    std::erase_if(listeners_, [](const auto &one) { return one.expired(); });
    look();
    report();
    return !listeners_.empty();
}

void InterfaceWatch::read_notices() {
    std::byte bytes[16'384];
    for (;;) {
        const ssize_t got = ::recv(descriptor_, bytes, sizeof bytes, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got < 0) ++overruns_; // notifications were lost: any interface may have been removed meanwhile
        Bytes row(bytes, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        while (const auto one = next_message(row)) {
            const auto link = peek<ifinfomsg>(one->second);
            if (one->first.nlmsg_type == RTM_DELLINK && link && link->ifi_family == AF_UNSPEC)
                ++gone_[static_cast<unsigned>(link->ifi_index)];
        }
    }
}

void InterfaceWatch::listen(const std::shared_ptr<MulticastGroups> &groups) {
    listeners_.push_back(groups);
    check_.keep_polling();
}

void InterfaceWatch::report() {
    std::vector<std::shared_ptr<MulticastGroups>> living;
    for (const auto &one : listeners_) {
        if (auto groups = one.lock()) living.push_back(std::move(groups));
    }
    for (const auto &groups : living) groups->changed();
}

void InterfaceWatch::look() {
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0) { // the last known state is kept
        failed_ = std::string("the system does not report its interfaces: ") + std::strerror(errno);
        return;
    }
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs *)> owned(list, ::freeifaddrs);
    interfaces_.clear();
    for (const ifaddrs *one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr) continue;
        const std::string_view label(one->ifa_name); // the label of an address may be eth0:1
        Interface &interface = interfaces_[std::string(label.substr(0, label.find(':')))];
        if (one->ifa_addr->sa_family == AF_PACKET) {
            sockaddr_ll link{};
            std::memcpy(&link, one->ifa_addr, sizeof link);
            interface.index = static_cast<unsigned>(link.sll_ifindex);
            interface.up = (one->ifa_flags & IFF_UP) != 0;
            interface.linked = (one->ifa_flags & IFF_RUNNING) != 0;
        } else if (const kith_address raw = from_kernel(*one->ifa_addr); raw.family != 0) {
            interface.addresses.emplace_back(raw);
        }
    }
}

GroupInterfaceResult InterfaceWatch::interface_for(const address &group, std::string_view interface) const {
    const auto refuse = [](std::int32_t status, std::string text) { return GroupInterfaceResult{{}, status, std::move(text)}; };
    if (interfaces_.empty()) return refuse(KITH_IO, failed_);
    unsigned index = 0;
    if (interface.empty()) {
        const Route route = route_to(group);
        index = route.index;
        const std::string why = std::strerror(route.error);
        if (!route.asked) return refuse(KITH_IO, "the system does not report its routes: " + why);
        if (index == 0) {
            return refuse(KITH_UNREACHABLE,
                          "no route leads there: " + why + "; name an interface, or see `ip route get " + group.host() + "`");
        }
    }
    const auto wanted = address::parse(interface, 0);
    const auto found = std::find_if(interfaces_.begin(), interfaces_.end(), [&](const auto &one) {
        const auto &[name, its] = one;
        if (interface.empty()) return its.index == index;
        if (!wanted) return name == interface && its.index != 0;
        return std::any_of(its.addresses.begin(), its.addresses.end(), [&](const address &a) { return same_host(a, *wanted); });
    });
    if (found == interfaces_.end()) {
        const std::string what = wanted ? "no interface of this machine has the address " : "this machine has no interface ";
        return refuse(KITH_NOT_FOUND, what + std::string(interface) + ", now; see `ip address`");
    }
    const auto &[name, its] = *found;
    if (!its.up) return refuse(KITH_UNREACHABLE, "the interface " + name + " is down; `ip link set " + name + " up`");
    if (!its.linked)
        return refuse(KITH_UNREACHABLE, "the interface " + name + " has no carrier; see `ip link show " + name + "`");
    GroupInterfaceResult out{{.index = its.index, .life = overruns_, .sources = {}}, KITH_OK, {}};
    if (const auto gone = gone_.find(its.index); gone != gone_.end()) out.place.life += gone->second;
    for (const address &one : its.addresses) {
        if (reports_from(one, group.is_ipv6())) out.place.sources.push_back(one);
    }
    return out;
}

} // namespace kith::app
