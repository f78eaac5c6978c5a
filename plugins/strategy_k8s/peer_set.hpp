// SPDX-License-Identifier: MIT
//
// The peers of one namespace by object: built from a list and updated by watch events. A pod can be in several slices or Services; it is
// removed when the last of them no longer contains it. Truncated Endpoints do not remove a peer by not listing it.
#pragma once

#include "list_watch_parser.hpp"
#include "peer_key.hpp"
#include "peer_naming.hpp"

#include <boost/container/small_vector.hpp>

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace k8s {

/// A complete list.
struct ListedPeers {
    kith::packed_peers peers;         ///< without duplicate keys
    std::vector<std::string> missing; ///< keys that were known and are not in the list
    Omissions omitted{};
};

/// The changes of one or more events. Each key is in at most one of the three lists.
struct Changes {
    std::vector<kith::peer> upserted;
    std::vector<std::string> missing; ///< no longer listed
    std::vector<std::string> left;    ///< known to have left
    std::unordered_set<std::string> touched;
    std::uint32_t unselected = 0; ///< number of `missing` pods that no longer match the selector
    bool truncated = false;       ///< the result of PeerSet::truncated() has changed

    bool empty() const noexcept { return upserted.empty() && missing.empty() && left.empty() && !truncated; }
};

class PeerSet {
  public:
    PeerSet(Lookup lookup, const Naming &naming) : lookup_(lookup), naming_(naming) {}

    /// begin(), add() for each object of a list, end(). The set changes at end() only; a list that fails is abandoned by the next begin().
    void begin();
    void add(const Object &object);
    ListedPeers end();

    enum class Applied : std::uint8_t {
        yes,
        not_yet,    ///< nothing was applied: report `changes` first, since a key would be in them twice
        list_again, ///< nothing was applied: a new list is needed
    };
    /// Applies an event that is neither a bookmark nor an error, and adds its changes to `changes`.
    Applied apply(const Event &event, Changes &changes);

    std::size_t objects() const noexcept { return known_.size(); }

    /// The name of truncated Endpoints; null: none, and the set is complete.
    const std::string *truncated() const noexcept { return truncated_.empty() ? nullptr : &*truncated_.begin(); }

    /// Maximum number of kept peers that truncated Endpoints listed before and no longer list; further ones are reported as missing. Limits
    /// the memory.
    static constexpr std::size_t max_unlisted = 10'000;

  private:
    enum class Family : std::uint8_t { any, ipv4, ipv6 };
    using PeerKeys = std::unordered_set<PeerKey, PeerKeyHash>;
    struct PeerDigest {
        PeerKey key;
        std::uint64_t digest; ///< hash of name and attributes
    };
    struct ObjectPeers {
        Family family = Family::any;
        bool truncated = false;
        boost::container::small_vector<PeerDigest, 1> peers;
        /// Of truncated Endpoints while they are read: keys of listed addresses that are not peers.
        std::unique_ptr<PeerKeys> not_peers{};
    };
    using ObjectPeersByName = std::unordered_map<std::string, ObjectPeers>;

    static Family family(const Object &object);
    static void check_truncated(const Object &object, ObjectPeers &holding);
    static void keep_unlisted_peers(const ObjectPeers &before, ObjectPeers &after);
    void compare(ListedPeers &out);
    bool is_in_other_object(const PeerKey &key, const std::string &but) const;

    const Lookup lookup_;
    const Naming &naming_;
    ObjectPeersByName known_;
    Family chosen_ = Family::any;     ///< address family of the slices in use
    std::set<std::string> truncated_; ///< names of truncated Endpoints

    // the list that is being read
    ObjectPeersByName listing_;
    kith::packed_peers found_, found_ipv6_;
    Omissions omitted_{};
};

} // namespace k8s
