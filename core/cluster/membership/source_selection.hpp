// SPDX-License-Identifier: MIT
//
// The sources of one membership, and which of them are in use: all, or under `merge: first` one.
#pragma once

#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/source_liveness.hpp>
#include <core/config/policy.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kith::core {

// The facts that the choice of `merge: first` depends on.
struct SourceStanding {
    bool looked = false;
    bool stale = false;
    bool remembered = false; // it has peers from before a restart
};

// Returns the first source that has reported and is not stale; otherwise the first that has reported or has remembered peers;
// otherwise the first of all.
std::size_t source_in_use(std::span<const SourceStanding> sources);

// The interval of counted observations of a source that follows every change: `confirm` of them take as long as `grace`.
Time observation_interval(const Policy &policy);

class SourceSelection {
  public:
    void add(const Policy &policy);

    std::size_t size() const { return sources_.size(); }
    SourceLiveness &operator[](SourceId source) { return sources_[index_of(source)].liveness; }
    const SourceLiveness &operator[](SourceId source) const { return sources_[index_of(source)].liveness; }
    template <typename Function>
    void each(Function function) const {
        for (std::uint32_t i = 0; i < sources_.size(); ++i) function(SourceId{i});
    }
    bool in_use(SourceId source) const { return sources_[index_of(source)].in_use; }
    // All sources are in use, and `select` would change nothing.
    bool all_in_use(Merge merge) const { return merge == Merge::union_of_all && all_in_use_; }
    void policy_changed(const Policy &policy, Time now);

    // Selects the sources in use. has_remembered(source): whether it has remembered peers. Returns the sources that were taken
    // into use or out of use, in their order; valid until the next call.
    template <typename HasRemembered>
    std::span<const SourceId> select(Merge merge, HasRemembered has_remembered) {
        changed_.clear();
        if (all_in_use(merge)) return changed_;
        standings_.clear();
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            const SourceLiveness &liveness = sources_[i].liveness;
            standings_.push_back({liveness.looked(), liveness.stale(), has_remembered(static_cast<SourceId>(i))});
        }
        use(merge);
        return changed_;
    }

  private:
    struct Source {
        SourceLiveness liveness;
        bool in_use;
    };
    void use(Merge merge);

    std::vector<Source> sources_;
    bool all_in_use_ = true;
    std::vector<SourceStanding> standings_;
    std::vector<SourceId> changed_;
};

} // namespace kith::core
