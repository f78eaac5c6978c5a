// SPDX-License-Identifier: MIT
//
// The overlay, a pure function of the names of the members that are present: on each ring a member is linked with its predecessor and its
// successor, and these are its observers. In a small cluster everybody is linked with everybody.
#pragma once

#include "name_table.hpp"

#include <algorithm>
#include <functional>

namespace kith::mesh {

class Rings {
  public:
    /// degree: links of a member, two for each ring.
    Rings(const NameTable &names, unsigned degree) noexcept : names_(names), degree_(degree) {}

    /// The number of members, with the member itself, below which all are linked with all.
    [[nodiscard]] std::size_t full_below() const noexcept { return degree_ + 2; }

    /// The neighbours of a member, each once, in no particular order, appended to `out`. present(id): is it a member? It is not asked for
    /// `of`, which counts as one. count: how many are present, with `of`. reach: how many places in each direction.
    template <class Present>
    void neighbours(NodeId of, std::size_t count, const Present &present, std::vector<NodeId> &out, unsigned reach = 1) const {
        const std::size_t first = out.size();
        const auto add = [&](NodeId id) {
            if (std::find(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), id) == out.end()) out.push_back(id);
        };
        if (count < full_below()) {
            for (NodeId id = 0; id < names_.size(); ++id) {
                if (id != of && present(id)) out.push_back(id);
            }
            return;
        }
        walk_rings(degree_ / 2, of, present, reach, add);
    }

    /// The neighbours on the first rings alone, however few members there are. Over them everybody is reached: a ring is a circle, and two of
    /// them have a diameter that grows with the logarithm.
    template <class Present>
    void nearest(NodeId of, const Present &present, std::vector<NodeId> &out, unsigned rings = 2) const {
        walk_rings(std::min(rings, degree_ / 2), of, present, 1, [&](NodeId id) { out.push_back(id); });
    }

    /// May this observer accuse that subject? Views differ while the membership changes, so a member that stands two places away is
    /// entitled too.
    template <class Present>
    [[nodiscard]] bool entitled(NodeId observer, NodeId subject, std::size_t count, const Present &present) const {
        if (observer == subject) return false;
        if (count < full_below() + 2) return true;
        std::vector<NodeId> near;
        near.reserve(std::size_t{2} * degree_);
        neighbours(
            subject, count, [&](NodeId id) { return id == observer || present(id); }, near, 2);
        return std::ranges::find(near, observer) != near.end();
    }

  private:
    /// Calls add(id) for the members in the next `reach` places in both directions on each of the first rings; a member possibly several times.
    template <class Present, class Add>
    void walk_rings(unsigned rings, NodeId of, const Present &present, unsigned reach, const Add &add) const {
        for (unsigned i = 0; i < rings; ++i) {
            const NameTable::Ring &ring = names_.rings()[i];
            const std::size_t here = names_.position(i, of);
            walk(ring, here, 1, of, present, reach, add);
            walk(ring, here, ring.size() - 1, of, present, reach, add);
        }
    }

    template <class Present, class Add>
    static void walk(const NameTable::Ring &ring, std::size_t from, std::size_t step, NodeId of, const Present &present,
                     unsigned reach, const Add &add) {
        std::size_t at = from;
        for (unsigned found = 0; found < reach;) {
            at = (at + step) % ring.size();
            if (ring[at].id == of) return; // once around
            if (!present(ring[at].id)) continue;
            add(ring[at].id);
            ++found;
        }
    }

    const NameTable &names_;
    unsigned degree_;
};

} // namespace kith::mesh
