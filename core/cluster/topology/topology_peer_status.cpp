// SPDX-License-Identifier: MIT
//
// The state of each name of a topology as a value, for the API and the metrics.
#include <core/cluster/topology/topology.hpp>

namespace kith::core {

void LiveTopology::each_name(const std::function<void(const NameStatus &)> &function) const {
    membership_.queries().each_name([&](const MembershipQueries::NameStatus &status) {
        const PeerClass its = overrides_.apply(status.name, status.peer_class);
        function({reconciler_.names().text(status.name), status.state, its, status.since});
    });
}

void LiveTopology::each_peer(Time now, const std::function<void(const PeerDetails &)> &function) const {
    membership_.queries().each_name([&](const MembershipQueries::NameStatus &status) { show(status, now, function); });
}

void LiveTopology::each_member(Time now, const std::function<void(const PeerDetails &)> &function) const {
    for (const NameId name : membership_.queries().members()) show(membership_.queries().status_of(name), now, function);
}

void LiveTopology::peer_details(std::string_view name, Time now,
                                const std::function<void(const PeerDetails &)> &function) const {
    const NameId id = reconciler_.names().find(name);
    if (id == no_name) return;
    const MembershipQueries::NameStatus status = membership_.queries().status_of(id);
    if (!status.state.empty()) show(status, now, function);
}

void LiveTopology::show(const MembershipQueries::NameStatus &status, Time now,
                        const std::function<void(const PeerDetails &)> &function) const {
    PeerDetails details;
    PeerView peer;
    if (describe(status.name, peer)) {
        details.key = peer.key;
        details.attributes = peer.attributes;
    }
    reporting_.clear();
    membership_.queries().reporting_sources(status.name, reporting_);
    details.name = reconciler_.names().text(status.name);
    details.state = status.state;
    details.peer_class = overrides_.apply(status.name, status.peer_class);
    details.since = status.since;
    details.held_until = overrides_.held_until(status.name);
    details.link = reconciler_.link_status(status.name, now).state;
    details.sources = reporting_;
    function(details);
}

LiveTopology::NameStatus LiveTopology::name_status(std::string_view name) const {
    const NameId id = reconciler_.names().find(name);
    if (id == no_name) return {};
    const MembershipQueries::NameStatus status = membership_.queries().status_of(id);
    return {name, status.state, overrides_.apply(id, status.peer_class), status.since};
}

NameStanding LiveTopology::standing(std::string_view name, Time now) const {
    const NameId id = reconciler_.names().find(name);
    if (id == no_name) return {};
    NameStanding standing = membership_.queries().standing(id, now);
    standing.peer_class = overrides_.apply(id, standing.peer_class);
    return standing;
}

bool LiveTopology::describe(std::string_view name, PeerView &peer) const {
    const NameId id = reconciler_.names().find(name);
    return id != no_name && describe(id, peer);
}

std::string_view LiveTopology::last_words(std::string_view name) const { return peer_events_.last_words(name); }

} // namespace kith::core
