// SPDX-License-Identifier: MIT
//
// The multicast groups of one socket. A requested group is joined as soon as its interface allows it, and again whenever the
// interface returns or changes.
#pragma once

#include "interface_watch.hpp"
#include "tenant_resources.hpp"

#include <kith/address.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace kith::app {

class MulticastGroups : public std::enable_shared_from_this<MulticastGroups> {
  public:
    /// socket: the descriptor, open until `close`. id: the id of the socket.
    MulticastGroups(TenantResources &resources, int socket, std::uint64_t id);

    std::int32_t join(const address &group, std::string_view spelt, std::string_view interface);
    std::int32_t leave(const address &group, std::string_view interface);
    /// The interfaces or routes have changed: checks each membership.
    void changed();
    /// Stops reports and the use of the descriptor.
    void close() { socket_ = -1; }

  private:
    struct GroupMembership {
        address group;
        std::string spelt; // as it was passed in; the same for `interface`
        std::string interface;
        GroupInterface joined; // index 0: not joined
        std::int32_t status = KITH_OK;
        std::string text;
        bool unreported = true;
    };
    using GroupMemberships = std::map<std::uint64_t, GroupMembership>; // in the order of the calls
    GroupMemberships::iterator find(const address &group, std::string_view interface);
    void look(GroupMembership &membership);
    int enter(const GroupMembership &membership, const GroupInterface &place);
    void part(GroupMembership &membership);
    bool held_by_another(const GroupMembership &membership, const GroupInterface &place) const;
    void report();

    std::shared_ptr<TenantResources> resources_;
    int socket_;
    std::uint64_t id_;
    GroupMemberships memberships_;
    std::uint64_t last_ = 0;
};

} // namespace kith::app
