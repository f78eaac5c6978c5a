// SPDX-License-Identifier: MIT
//
// The peers of one namespace, by the objects that stand for them: what a list tells, and what an event changes of it. A pod may be in
// several slices, or behind several Services; it goes when the last of them has let go. An object that is marked as cut does not let go of
// anybody by not listing it.
#pragma once

#include "naming.hpp"
#include "reader.hpp"

#include <set>
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
    std::uint32_t unselected = 0; ///< of the missing: pods that do not match the selector any more
    bool cut = false;             ///< Roster::cut() has another answer

    bool empty() const noexcept { return upserted.empty() && missing.empty() && left.empty() && !cut; }
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

    /// An object that does not list all that it should; null: there is none, and what is known is all there is.
    const std::string *cut() const noexcept { return cut_.empty() ? nullptr : &*cut_.begin(); }

    /// So many peers that a cut object listed before and does not list now are kept; of the others beyond them it is said that they are
    /// missing. A bound for the memory.
    static constexpr std::size_t most_unlisted = 10'000;

  private:
    enum class Family : std::uint8_t { any, ipv4, ipv6 };
    struct Held {
        std::string key;
        std::uint64_t digest; ///< of all that is told of it
    };
    struct Holding {
        Family family = Family::any;
        std::vector<Held> peers;
        std::unordered_set<std::string> not_peers{}; ///< of a cut object: keys that it lists, and that are no peers
        bool cut = false;
    };
    using Holdings = std::unordered_map<std::string, Holding>;

    static Family family(const Object &object);
    static void note_cut(const Object &object, Holding &holding);
    static void keep_unlisted(const Holding &before, Holding &after);
    void compare(Listed &out);
    bool held_elsewhere(const std::string &key, const std::string &but) const;

    const Lookup lookup_;
    const Naming &naming_;
    Holdings known_;
    Family chosen_ = Family::any; ///< of the slices that are looked at
    std::set<std::string> cut_;   ///< names of objects

    // of the list that is under way
    Holdings listing_;
    kith::packed_peers found_, found_ipv6_;
    Omissions omitted_{};
};

} // namespace k8s
