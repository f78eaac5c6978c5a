// SPDX-License-Identifier: MIT
//
// Whom to dial, and when. The greater name dials at once, the other one after a second without a link; a link that broke is dialled anew by
// both at once, since whether it can be had again is the evidence of an observer. Every target is retried for ever, the more of them the
// slower. When many lose a link with one member they do not all dial it in the same moment: what the first ones find out is soon known to
// the others.
#pragma once

#include "name_table.hpp"
#include "run.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace kith::mesh {

class Dialler {
  public:
    static constexpr std::size_t most_in_flight = 16; // dials without a link yet, counted until the greeting has ended
    static constexpr std::size_t most_in_turn = 4;    // begun in one turn of the loop
    static constexpr Time patience = std::chrono::seconds(1);
    static constexpr Time one_turn = std::chrono::milliseconds(10); // of those who lose a link with the same member
    static constexpr Time first_retry = std::chrono::milliseconds(250), last_retry = std::chrono::milliseconds(2500);

    Dialler(const NameTable &names, NodeId self, std::uint64_t seed) noexcept : names_(names), self_(self), random_(seed) {}

    /// The complete set of members that this one needs a link with.
    void targets(std::span<const NodeId> ids, Time now);
    [[nodiscard]] bool is_target(NodeId id) const { return targets_.contains(id); }

    /// The number will be that of another name.
    void forget(NodeId id);

    /// There is a link with the member now, or none any more. broke: it failed, so it is dialled within four turns.
    void linked(NodeId id);
    void unlinked(NodeId id, bool broke, Time now);
    /// A dial has ended without a link.
    void failed(NodeId id, std::string_view why, Time now);
    /// As soon as possible, such as when the strategy has found it again.
    void hurry(NodeId id, Time now);

    /// It is up now, whatever was tried before.
    void revived(NodeId id, Time now);

    struct History {
        unsigned failures = 0; // in a row
        Time since{};          // without a link
        std::string why;       // of the last failure
        bool in_flight = false;
        bool was_linked = false; // the present outage began with a link that broke
    };
    /// Null: not a target.
    [[nodiscard]] const History *history(NodeId id) const;

    /// The targets to dial now.
    std::vector<NodeId> take_due(Time now);
    [[nodiscard]] Time deadline() const noexcept;

  private:
    struct Target : History {
        bool linked = false;
        Time next{};
    };
    void uncount(const Target &target) noexcept;
    [[nodiscard]] bool dials_first(NodeId id) const { return names_.name(self_) > names_.name(id); }
    /// How long this member waits with dialling one whose link broke.
    [[nodiscard]] Time turn(NodeId id) const noexcept;
    double draw() noexcept;

    const NameTable &names_;
    NodeId self_;
    std::uint64_t random_;
    std::map<NodeId, Target> targets_;
    std::size_t in_flight_ = 0, without_link_ = 0;
};

} // namespace kith::mesh
