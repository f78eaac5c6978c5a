// SPDX-License-Identifier: MIT
//
// The peers of one namespace, by the objects that stand for them: what a list tells, and what an event changes of it. A pod may be in
// several slices, or behind several Services; it goes when the last of them has let go. An object that is marked as cut does not let go of
// anybody by not listing it.
#pragma once

#include "list_watch_parser.hpp"
#include "peer_naming.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace k8s {

/// A complete list.
struct ListedPeers {
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
    std::uint32_t unselected = 0; ///< of the missing: pods that do not match the selector any more
    bool truncated = false;       ///< PeerSet::cut() has another answer

    bool empty() const noexcept { return upserted.empty() && missing.empty() && left.empty() && !truncated; }
};

class PeerSet {
  public:
    PeerSet(Lookup lookup, const Naming &naming) : lookup_(lookup), naming_(naming) {}

    /// A list begins. Until its end everything stays as it is.
    void begin();
    void add(const Object &object);
    ListedPeers end();

    enum class Applied : std::uint8_t {
        yes,
        not_yet,    ///< nothing was done: these changes have to be told first, a key would come twice
        list_again, ///< nothing was done: only a new list can tell what it means
    };
    /// An event that is neither bookmark nor error.
    Applied apply(const Event &event, Changes &changes);

    std::size_t objects() const noexcept { return known_.size(); }

    /// An object that does not list all that it should; null: there is none, and what is known is all there is.
    const std::string *truncated() const noexcept { return truncated_.empty() ? nullptr : &*truncated_.begin(); }

    /// So many peers that a cut object listed before and does not list now are kept; of the others beyond them it is said that they are
    /// missing. A bound for the memory.
    static constexpr std::size_t max_unlisted = 10'000;

  private:
    enum class Family : std::uint8_t { any, ipv4, ipv6 };
    struct PeerDigest {
        std::string key;
        std::uint64_t digest; ///< of all that is told of it
    };
    struct ObjectPeers {
        Family family = Family::any;
        std::vector<PeerDigest> peers;
        std::unordered_set<std::string> not_peers{}; ///< of a cut object: keys that it lists, and that are no peers
        bool truncated = false;
    };
    using ObjectPeersByName = std::unordered_map<std::string, ObjectPeers>;

    static Family family(const Object &object);
    static void check_truncated(const Object &object, ObjectPeers &holding);
    static void keep_unlisted_peers(const ObjectPeers &before, ObjectPeers &after);
    void compare(ListedPeers &out);
    bool is_in_other_object(const std::string &key, const std::string &but) const;

    const Lookup lookup_;
    const Naming &naming_;
    ObjectPeersByName known_;
    Family chosen_ = Family::any;     ///< of the slices that are looked at
    std::set<std::string> truncated_; ///< names of objects

    // of the list that is under way
    ObjectPeersByName listing_;
    kith::packed_peers found_, found_ipv6_;
    Omissions omitted_{};
};

} // namespace k8s
