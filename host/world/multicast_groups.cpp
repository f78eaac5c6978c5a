// SPDX-License-Identifier: MIT
#include "multicast_groups.hpp"

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

MulticastGroups::MulticastGroups(TenantResources &resources, int socket, std::uint64_t id)
    : resources_(resources.shared_from_this()), socket_(socket), id_(id) {}

MulticastGroups::GroupMemberships::iterator MulticastGroups::find(const address &group, std::string_view interface) {
    return std::find_if(memberships_.begin(), memberships_.end(),
                        [&](const auto &one) { return one.second.group == group && one.second.interface == interface; });
}

std::int32_t MulticastGroups::join(const address &group, std::string_view spelt, std::string_view interface) {
    if (find(group, interface) != memberships_.end())
        return resources_->refuse(KITH_EXISTS, "that group was asked for on that interface already");
    if (memberships_.size() == KITH_UDP_MAX_GROUPS) return resources_->refuse(KITH_LIMIT, "a socket joins at most 64 groups");
    resources_->interfaces().look();
    GroupMembership &membership = memberships_[++last_];
    membership.group = group;
    membership.spelt = spelt;
    membership.interface = interface;
    look(membership);
    boost::asio::post(resources_->io, [self = weak_from_this()] {
        if (const auto me = self.lock()) me->report();
    });
    return KITH_OK;
}

std::int32_t MulticastGroups::leave(const address &group, std::string_view interface) {
    const auto found = find(group, interface);
    if (found == memberships_.end())
        return resources_->refuse(KITH_NOT_FOUND, "that group was not asked for on that interface");
    part(found->second);
    memberships_.erase(found);
    return KITH_OK;
}

void MulticastGroups::changed() {
    if (socket_ < 0) return;
    for (auto &[number, membership] : memberships_) look(membership);
    report();
}

void MulticastGroups::look(GroupMembership &membership) {
    GroupInterfaceResult placed = resources_->interfaces().interface_for(membership.group, membership.interface);
    if (placed.status == KITH_OK && placed.place == membership.joined) return;
    if (placed.status == KITH_IO && membership.joined.index != 0)
        return; // a failed read does not mean that the interface is gone
    part(membership);
    if (placed.status == KITH_OK) {
        const int error = enter(membership, placed.place);
        if (error == 0) {
            membership.joined = std::move(placed.place);
            membership.unreported = true;
        } else {
            placed.status = status_of_join(error);
            placed.text = text_of_join(error, membership.group.is_ipv6());
        }
    }
    membership.unreported |= membership.status != placed.status;
    membership.status = placed.status;
    membership.text = std::move(placed.text);
}

int MulticastGroups::enter(const GroupMembership &membership, const GroupInterface &place) {
    if (held_by_another(membership, place)) return 0;
    const int error = set_membership(socket_, MCAST_JOIN_GROUP, membership.group, place.index);
    if (error != EADDRINUSE) return error;
    // The kernel still has the membership for a removed interface with this index.
    set_membership(socket_, MCAST_LEAVE_GROUP, membership.group, place.index);
    return set_membership(socket_, MCAST_JOIN_GROUP, membership.group, place.index);
}

void MulticastGroups::part(GroupMembership &membership) {
    const GroupInterface was = std::exchange(membership.joined, {});
    if (was.index != 0 && !held_by_another(membership, was))
        set_membership(socket_, MCAST_LEAVE_GROUP, membership.group, was.index);
}

bool MulticastGroups::held_by_another(const GroupMembership &membership, const GroupInterface &place) const {
    return std::any_of(memberships_.begin(), memberships_.end(), [&](const auto &one) {
        const GroupMembership &other = one.second;
        return &other != &membership && other.group == membership.group && other.joined.index == place.index &&
               other.joined.life == place.life;
    });
}

void MulticastGroups::report() {
    const auto me = shared_from_this();
    std::vector<std::uint64_t> unreported;
    for (const auto &[number, membership] : memberships_) {
        if (membership.unreported) unreported.push_back(number);
    }
    for (const std::uint64_t number : unreported) {
        // The callback may leave, join or close.
        const auto found = memberships_.find(number);
        if (found == memberships_.end() || !std::exchange(found->second.unreported, false)) continue;
        if (socket_ < 0 || resources_->silent) return;
        const GroupMembership membership = found->second;
        const std::string text = membership.status == KITH_OK ? "" : membership.spelt + ": " + membership.text;
        Entered guard(resources_->tenant, "udp.membership");
        resources_->side<kith_udp_plugin>(KITH_UDP)->membership(resources_->tenant.self(), id_, borrow(membership.spelt),
                                                                borrow(membership.interface), membership.status, borrow(text));
    }
}

} // namespace kith::app
