// SPDX-License-Identifier: MIT
//
// Who may do what on the socket: by the kernel's word for the other end, never by a look-up at a name service.
#pragma once

#include <host/api/handler_interface.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace kith::app {

/// The number of a group, from text in the form of /etc/group; a name of digits is its own number.
std::optional<gid_t> group_id(std::string_view name, std::string_view etc_group);
/// The same from /etc/group.
std::optional<gid_t> group_id(std::string_view name);

struct PeerIdentity {
    uid_t uid = static_cast<uid_t>(-1);
    std::vector<gid_t> groups; ///< the first is the primary one
};

/// Of the process at the other end of a connected Unix socket, when it connected.
PeerIdentity identity_of(int fd);

/// The ids that represent those of another user namespace, which match no user: 65534, unless the kernel reports another.
struct OverflowIds {
    uid_t uid = 65534;
    gid_t gid = 65534;
};
OverflowIds overflow_ids();

Right right_of(const PeerIdentity &peer, uid_t daemon, std::optional<gid_t> control, const OverflowIds &overflow);

} // namespace kith::app
