// SPDX-License-Identifier: MIT
//
// Watches the machine's network interfaces and finds those on which a multicast group can be joined. rtnetlink reports changes
// of interfaces, addresses and routes; a slow poll checks in any case.
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

/// The interface on which a group can be joined, or from which it is to be left.
struct GroupInterface {
    unsigned index = 0;           // index of the interface in the kernel
    unsigned life = 0;            // changes when the interface was removed meanwhile
    std::vector<address> sources; // source addresses of membership reports
    bool operator==(const GroupInterface &) const = default;
};

/// The interface, or why there is none now: a status of kith_udp_plugin.membership. KITH_IO: the interfaces could not be read.
struct GroupInterfaceResult {
    GroupInterface place;
    std::int32_t status = KITH_OK;
    std::string text;
};

class InterfaceWatch {
  public:
    explicit InterfaceWatch(boost::asio::io_context &io);

    /// interface: a name or an address; empty: the interface of the route to that group.
    GroupInterfaceResult interface_for(const address &group, std::string_view interface) const;
    /// Reads the present state of the interfaces.
    void look();

    /// Reports changes to the object as long as it exists.
    void listen(const std::shared_ptr<MulticastGroups> &groups);

  private:
    struct Interface {
        unsigned index = 0;
        bool up = false;
        bool linked = false; // has a carrier
        std::vector<address> addresses;
    };
    void noticed();
    bool poll();
    void read_notices();
    void report();

    int descriptor_; // of rtnetlink; negative: the limit of descriptors is reached, only polling is used
    DebouncedCheck check_;
    std::map<std::string, Interface, std::less<>> interfaces_; // by name
    std::map<unsigned, unsigned> gone_;                        // by index: number of removals
    unsigned overruns_ = 0;                                    // number of times that notifications were lost
    std::string failed_;                                       // error of the last read; empty: none
    std::vector<std::weak_ptr<MulticastGroups>> listeners_;
};

} // namespace kith::app
