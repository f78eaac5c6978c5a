// SPDX-License-Identifier: MIT
//
// The machine's network interfaces. rtnetlink says when to look, at their coming and going, their addresses and the routes; a slow
// poll looks anyway.
#pragma once

#include "debounced_check.hpp"

#include <kith/address.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

class MulticastGroups;

/// Where a group can be joined, or how it is to leave.
struct GroupInterface {
    unsigned index = 0;           // the kernel's number of the interface
    unsigned life = 0;            // another one when it was gone meanwhile
    std::vector<address> sources; // what reports of the membership are sent from
    bool operator==(const GroupInterface &) const = default;
};

/// A place, or why there is none now: a status of kith_udp_plugin.membership. KITH_IO: it could not be seen.
struct GroupInterfaceResult {
    GroupInterface place;
    std::int32_t status = KITH_OK;
    std::string text;
};

class InterfaceWatch {
  public:
    explicit InterfaceWatch(boost::asio::io_context &io);

    /// interface: a name or an address; empty: where the routes lead for that group.
    GroupInterfaceResult interface_for(const address &group, std::string_view interface) const;
    /// See how they are now.
    void look();

    /// It is told of changes as long as it lives.
    void listen(const std::shared_ptr<MulticastGroups> &groups);

  private:
    struct Interface {
        unsigned index = 0;
        bool up = false;
        bool linked = false; // it has a carrier
        std::vector<address> addresses;
    };
    void noticed();
    bool poll();
    void read_notices();
    void tell();

    int descriptor_; // of rtnetlink; negative: no more allowed, the poll is left
    DebouncedCheck check_;
    std::map<std::string, Interface, std::less<>> interfaces_; // by name
    std::map<unsigned, unsigned> gone_;                        // by index: how often it went
    unsigned overruns_ = 0;                                    // times that notices were lost
    std::string failed_;                                       // why nothing could be seen, when it could not
    std::vector<std::weak_ptr<MulticastGroups>> listeners_;
};

} // namespace kith::app
