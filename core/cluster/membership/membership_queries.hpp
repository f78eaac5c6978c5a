// SPDX-License-Identifier: MIT
//
// Read-only questions to a membership.
#pragma once

#include <core/cluster/base/interner.hpp>
#include <core/cluster/base/peer_link_class.hpp>
#include <core/cluster/base/time.hpp>
#include <core/cluster/membership/ids.hpp>
#include <core/cluster/membership/loss_cause.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace kith::core {

class MemberTable;
class RecordTable;
class SourceSelection;

// The state of one name and the claims that determine it.
struct NameStanding {
    struct Claim {
        SourceId source{};
        std::string_view key;
        bool present = false;
        bool remembered = false; // from before the restart; the next two members are unset then
        Time missing_since = 0;
        std::uint64_t observations = 0; // number of observations without it
    };
    bool known = false;
    bool self = false;
    bool excluded = false;
    bool guarded = false;
    PeerClass peer_class = PeerClass::none;
    LossCause cause = LossCause::none;
    Time since = 0;
    std::vector<Claim> claims;
};

class MembershipQueries {
  public:
    // The arguments outlive the object.
    MembershipQueries(const SourceSelection &sources, const RecordTable &records, const MemberTable &names)
        : sources_(sources), records_(records), names_(names) {}

    PeerClass class_of(NameId name) const;
    bool member(NameId name) const;
    // Members in the order they were found.
    std::vector<NameId> members() const;
    NameStanding standing(NameId name, Time now) const;

    // The state of a name as one word: wanted, missing, remembered, resting, guarded, gone, local_node, excluded, outside.
    struct NameStatus {
        NameId name = no_name;
        std::string_view state;
        PeerClass peer_class = PeerClass::none;
        Time since = 0;
    };
    NameStatus status_of(NameId name) const;                                       // state is empty when it is not known
    void each_name(const std::function<void(const NameStatus &)> &function) const; // in the order they were found
    // The peer of a name, from its first claim, or from the last one when no claim is left. The attributes are stored in
    // `attributes`. Returns false for an unknown name.
    bool describe(NameId name, PeerView &peer, std::vector<AttributeView> &attributes) const;
    // The peers of a source to store for the next start: those that are members by its observations, or by what was remembered
    // of it.
    // Appends the sources that report the name now, each once for each of its keys.
    void reporting_sources(NameId name, std::vector<SourceId> &sources) const;
    void each_known(SourceId source, const std::function<void(const PeerView &)> &function) const;

  private:
    const SourceSelection &sources_;
    const RecordTable &records_;
    const MemberTable &names_;
};

} // namespace kith::core
