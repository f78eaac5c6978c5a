// SPDX-License-Identifier: MIT
//
// What is left of members whose names were forgotten: the last run and the last number of each, without the name, some 140 bytes. So a fact
// that is older is recognized as such, from whomever it comes and however late: a member that believes one up which ended long ago cannot
// bring it back at others, and a member that does come back goes on where it was.
#pragma once

#include "member_state.hpp"
#include "run.hpp"

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

namespace kith::mesh {

class FormerMembers {
  public:
    /// Beyond it the one is removed that was forgotten first.
    static constexpr std::size_t most = 32768;

    struct Entry {
        Run run;
        std::uint32_t alive = 0, complete = 0; // see Membership
        State state = State::unknown;          // never `up`
        bool parted = false;
        std::unique_ptr<Endpoint> at; // null: the usual one
    };

    /// By the hash of its name. Null: nothing is known of it.
    [[nodiscard]] const Entry *find(std::uint64_t name) const;
    std::optional<Entry> take(std::uint64_t name);
    /// now: seconds, as of expire.
    void put(std::uint64_t name, Entry entry, std::uint32_t now);
    /// Removes those that were put before that second.
    void expire(std::uint32_t before);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  private:
    struct Place {
        std::uint64_t name;
        std::uint32_t since;
    };
    using Order = std::list<Place>;
    struct Kept : Entry {
        Order::iterator place;
    };
    void remove_first();

    std::unordered_map<std::uint64_t, Kept> entries_;
    Order order_; // the first one was forgotten first
};

} // namespace kith::mesh
