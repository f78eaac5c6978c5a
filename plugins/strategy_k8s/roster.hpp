// SPDX-License-Identifier: MIT
//
// The peers of one namespace, by the objects that stand for them: what a list tells, and what an event changes of it. A pod may be in
// several slices, or behind several Services; it goes when the last of them has let go.
#pragma once

#include "naming.hpp"
#include "reader.hpp"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace k8s {

/// A complete list.
struct Listed {
    kith::packed_peers peers;         ///< each key once
    std::vector<std::string> missing; ///< keys that were known and are not in it
    Omissions omitted{};
};

/// What some events have changed. Each key is in one of the three, once.
struct Changes {
    std::vector<kith::peer> upserted;
    std::vector<std::string> missing; ///< not told of any more
    std::vector<std::string> left;    ///< stated to be gone
    std::unordered_set<std::string> touched;

    bool empty() const noexcept { return upserted.empty() && missing.empty() && left.empty(); }
};

class Roster {
  public:
    Roster(Lookup lookup, const Naming &naming) : lookup_(lookup), naming_(naming) {}

    /// A list begins. Until its end everything stays as it is.
    void begin();
    void add(const Object &object);
    Listed end();

    enum class Applied : std::uint8_t {
        yes,
        not_yet,    ///< nothing was done: these changes have to be told first, a key would come twice
        list_again, ///< nothing was done: only a new list can tell what it means
    };
    /// An event that is neither bookmark nor error.
    Applied apply(const Event &event, Changes &changes);

    std::size_t objects() const noexcept { return known_.size(); }

  private:
    enum class Family : std::uint8_t { any, ipv4, ipv6 };
    struct Held {
        std::string key;
        std::uint64_t digest; ///< of all that is told of it
    };
    struct Holding {
        Family family = Family::any;
        std::vector<Held> peers;
    };
    using Holdings = std::unordered_map<std::string, Holding>;

    static Family family(const Object &object);
    void compare(Listed &out);
    bool held_elsewhere(const std::string &key, const std::string &but) const;

    const Lookup lookup_;
    const Naming &naming_;
    Holdings known_;
    Family chosen_ = Family::any; ///< of the slices that are looked at

    // of the list that is under way
    Holdings listing_;
    kith::packed_peers found_, found_ipv6_;
    Omissions omitted_{};
};

} // namespace k8s
