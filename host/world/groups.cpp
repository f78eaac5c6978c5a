// SPDX-License-Identifier: MIT
#include "groups.hpp"

#include "socket_address.hpp"

#include <kith/service/udp.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace kith::app {

namespace {

int set_membership(int socket, int what, const address &group, unsigned index) {
    group_req request{};
    request.gr_interface = index;
    const SocketAddress to = to_kernel(group.raw());
    std::memcpy(&request.gr_group, &to, size_of(group.raw()));
    const int level = group.is_ipv6() ? IPPROTO_IPV6 : IPPROTO_IP;
    return ::setsockopt(socket, level, what, &request, sizeof request) == 0 ? 0 : errno;
}

std::int32_t status_of_join(int error) {
    switch (error) {
    case ENOBUFS:
    case ENOMEM: return KITH_LIMIT;
    case ENODEV: return KITH_NOT_FOUND;
    default: return KITH_IO;
    }
}

std::string text_of_join(int error, bool ipv6) {
    const std::string why = std::strerror(error);
    if (error == ENOBUFS && !ipv6) return why + "; possibly there are as many groups as net.ipv4.igmp_max_memberships allows";
    return why;
}

} // namespace

Groups::Groups(Seat &seat, int socket, std::uint64_t id) : seat_(seat.shared_from_this()), socket_(socket), id_(id) {}

Groups::Wishes::iterator Groups::find(const address &group, std::string_view interface) {
    return std::find_if(wishes_.begin(), wishes_.end(),
                        [&](const auto &one) { return one.second.group == group && one.second.interface == interface; });
}

std::int32_t Groups::join(const address &group, std::string_view spelt, std::string_view interface) {
    if (find(group, interface) != wishes_.end())
        return seat_->refuse(KITH_EXISTS, "that group was asked for on that interface already");
    if (wishes_.size() == KITH_UDP_MAX_GROUPS) return seat_->refuse(KITH_LIMIT, "a socket joins at most 64 groups");
    seat_->interfaces().look();
    Wish &wish = wishes_[++last_];
    wish.group = group;
    wish.spelt = spelt;
    wish.interface = interface;
    look(wish);
    boost::asio::post(seat_->io, [self = weak_from_this()] {
        if (const auto me = self.lock()) me->tell();
    });
    return KITH_OK;
}

std::int32_t Groups::leave(const address &group, std::string_view interface) {
    const auto found = find(group, interface);
    if (found == wishes_.end()) return seat_->refuse(KITH_NOT_FOUND, "that group was not asked for on that interface");
    part(found->second);
    wishes_.erase(found);
    return KITH_OK;
}

void Groups::changed() {
    if (socket_ < 0) return;
    for (auto &[number, wish] : wishes_) look(wish);
    tell();
}

void Groups::look(Wish &wish) {
    Placed placed = seat_->interfaces().place_for(wish.group, wish.interface);
    if (placed.status == KITH_OK && placed.place == wish.joined) return;
    if (placed.status == KITH_IO && wish.joined.index != 0) return; // not to see it is not to see that it is gone
    part(wish);
    if (placed.status == KITH_OK) {
        const int error = enter(wish, placed.place);
        if (error == 0) {
            wish.joined = std::move(placed.place);
            wish.untold = true;
        } else {
            placed.status = status_of_join(error);
            placed.text = text_of_join(error, wish.group.is_ipv6());
        }
    }
    wish.untold |= wish.status != placed.status;
    wish.status = placed.status;
    wish.text = std::move(placed.text);
}

int Groups::enter(const Wish &wish, const Place &place) {
    if (held_by_another(wish, place)) return 0;
    const int error = set_membership(socket_, MCAST_JOIN_GROUP, wish.group, place.index);
    if (error != EADDRINUSE) return error;
    // The kernel still has it for an interface of this number that is no more.
    set_membership(socket_, MCAST_LEAVE_GROUP, wish.group, place.index);
    return set_membership(socket_, MCAST_JOIN_GROUP, wish.group, place.index);
}

void Groups::part(Wish &wish) {
    const Place was = std::exchange(wish.joined, {});
    if (was.index != 0 && !held_by_another(wish, was)) set_membership(socket_, MCAST_LEAVE_GROUP, wish.group, was.index);
}

bool Groups::held_by_another(const Wish &wish, const Place &place) const {
    return std::any_of(wishes_.begin(), wishes_.end(), [&](const auto &one) {
        const Wish &other = one.second;
        return &other != &wish && other.group == wish.group && other.joined.index == place.index &&
               other.joined.life == place.life;
    });
}

void Groups::tell() {
    const auto me = shared_from_this();
    std::vector<std::uint64_t> untold;
    for (const auto &[number, wish] : wishes_) {
        if (wish.untold) untold.push_back(number);
    }
    for (const std::uint64_t number : untold) {
        // Whoever is told may leave, join or close meanwhile.
        const auto found = wishes_.find(number);
        if (found == wishes_.end() || !std::exchange(found->second.untold, false)) continue;
        if (socket_ < 0 || seat_->silent) return;
        const Wish told = found->second;
        const std::string text = told.status == KITH_OK ? "" : told.spelt + ": " + told.text;
        Entered guard(seat_->tenant, "udp.membership");
        seat_->side<kith_udp_plugin>(KITH_UDP)->membership(seat_->tenant.self(), id_, borrow(told.spelt),
                                                           borrow(told.interface), told.status, borrow(text));
    }
}

} // namespace kith::app
