// SPDX-License-Identifier: MIT
#include <tests/sim/invariant_checker.hpp>

#include <kith/hosting/event_kind.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace kith::sim {

namespace {

std::string violation(const core::StoredEvent &event, const std::string &what) {
    return std::string(event_kind_name(event.kind())) + " of " + std::string(event.peer()) + ": " + what;
}

// Whether the peer was removed because it was missing, and not because a source reported that it has left.
bool by_silence(std::string_view reason) { return reason.find("; missing for ") != std::string_view::npos; }

} // namespace

template <class Part>
const IndexSet &InvariantChecker::of_topologies(std::string_view topology, IndexSet &room, Part part) const {
    if (topologies_.size() == 1 && (topology.empty() || topologies_.front().name == topology)) return part(topologies_.front());
    room.clear();
    for (const Topology &of : topologies_) {
        if (topology.empty() || of.name == topology) room.add(part(of));
    }
    return room;
}

InvariantChecker::InvariantChecker(NodeNameIndex &names, const core::Config &config) : names_(names) {
    for (const core::ConnectorInstance &instance : config.connectors) connectors_.emplace_back().name = instance.name;
    for (const core::Topology &configured : config.topologies) {
        Topology &of = topologies_.emplace_back();
        of.name = configured.name;
        of.one_source = configured.sources.size() == 1;
        of.connector = static_cast<std::size_t>(connector(configured.connector) - connectors_.data());
        std::size_t &limit = connectors_[of.connector].limit;
        limit = std::min<std::size_t>(limit, configured.policy.connect_parallel);
    }
}

InvariantChecker::Topology *InvariantChecker::topology(std::string_view name) {
    for (Topology &of : topologies_) {
        if (of.name == name) return &of;
    }
    return nullptr;
}

InvariantChecker::Connector *InvariantChecker::connector(std::string_view name) {
    for (Connector &of : connectors_) {
        if (of.name == name) return &of;
    }
    return nullptr;
}

std::string InvariantChecker::see(const core::StoredEvent &event) {
    if (event.kind() == KITH_EVENT_EVENTS_LOST) {
        return "the simulation lost events; increase `events.ring` in the configuration";
    }
    if (event.seq() != last_seq_ + 1) {
        return "the event after " + std::to_string(last_seq_) + " has seq " + std::to_string(event.seq());
    }
    last_seq_ = event.seq();
    if (event.time() < last_time_)
        return "the time of event " + std::to_string(last_seq_) + " is before that of the previous event";
    last_time_ = event.time();
    if (Topology *of = topology(event.topology()); of != nullptr) {
        if (auto broken = see_topology(*of, event); !broken.empty()) return broken;
    }
    if (Connector *of = connector(event.connector()); of != nullptr) return see_connector(*of, event);
    return {};
}

std::string InvariantChecker::see_topology(Topology &of, const core::StoredEvent &event) {
    switch (event.kind()) {
    case KITH_EVENT_TOPOLOGY_STALE: of.stale = true; break;
    case KITH_EVENT_TOPOLOGY_FRESH: of.stale = false; break;
    case KITH_EVENT_PEER_DISCOVERED: {
        const std::size_t peer = names_.number(event.peer());
        of.members.add(peer);
        connectors_[of.connector].found.add(peer);
        break;
    }
    case KITH_EVENT_PEER_LOST:
        if (!of.members.remove(names_.number(event.peer()))) return violation(event, "it was never discovered");
        // Rule 1: a failed query is not an empty answer.
        if (of.one_source && of.stale && by_silence(event.reason())) {
            return violation(event, "the only strategy of " + of.name + " cannot query its source");
        }
        break;
    default: break;
    }
    return {};
}

// Whether the peer is a member of a topology that uses this connector.
bool InvariantChecker::wanted(std::size_t connector, std::size_t peer) const {
    return std::any_of(topologies_.begin(), topologies_.end(),
                       [&](const Topology &of) { return of.connector == connector && of.members.has(peer); });
}

std::string InvariantChecker::see_connector(Connector &of, const core::StoredEvent &event) {
    const auto index = static_cast<std::size_t>(&of - connectors_.data());
    switch (event.kind()) {
    case KITH_EVENT_CONNECTOR_ATTACHED: {
        const auto json = boost::json::parse(event.json());
        of.node = names_.number(std::string_view(json.at("node").as_string()));
        break;
    }
    case KITH_EVENT_CONNECTOR_DETACHED: of.dialling.clear(); break;
    case KITH_EVENT_CONNECT_STARTED: {
        const std::size_t peer = names_.number(event.peer());
        if (peer == of.node) return violation(event, "it is the local node");
        if (!wanted(index, peer)) return violation(event, "it is not a member of any topology");
        if (!of.dialling.add(peer)) return violation(event, "a connect to it is already in progress");
        max_dialling_ = std::max(max_dialling_, of.dialling.count());
        if (of.dialling.count() > of.limit) {
            return violation(event, "this exceeds the limit of " + std::to_string(of.limit));
        }
        break;
    }
    case KITH_EVENT_CONNECT_SUCCEEDED:
    case KITH_EVENT_CONNECT_FAILED: of.dialling.remove(names_.number(event.peer())); break;
    case KITH_EVENT_DISCONNECT_SUCCEEDED:
    case KITH_EVENT_DISCONNECT_FAILED:
        // Rule 2: kith disconnects only peers that it discovered.
        if (!of.found.has(names_.number(event.peer()))) return violation(event, "it was never discovered");
        break;
    case KITH_EVENT_LINK_UP:
        if (!of.links.add(names_.number(event.peer()))) return violation(event, "it was already up");
        break;
    case KITH_EVENT_LINK_DOWN:
        if (!of.links.remove(names_.number(event.peer()))) return violation(event, "it was not up");
        break;
    default: break;
    }
    return {};
}

std::string InvariantChecker::check(const core::Engine &engine) const {
    for (const Topology &of : topologies_) {
        const core::LiveTopology &live = *engine.topology(of.name);
        if (live.size() != of.members.count()) {
            return of.name + " has " + std::to_string(live.size()) + " members; by its events it has " +
                   std::to_string(of.members.count());
        }
        const std::size_t linked = of.members.common(connectors_[of.connector].links);
        if (live.linked() != linked) {
            return of.name + " counts " + std::to_string(live.linked()) + " linked peers; by its events it has " +
                   std::to_string(linked);
        }
        if (live.stale() != of.stale) return of.name + (of.stale ? " is not stale" : " is stale") + " without an event";
    }
    return {};
}

const IndexSet &InvariantChecker::members(std::string_view topology, IndexSet &room) const {
    return of_topologies(topology, room, [](const Topology &of) -> const IndexSet & { return of.members; });
}

const IndexSet &InvariantChecker::links(std::string_view topology, IndexSet &room) const {
    return of_topologies(topology, room,
                         [this](const Topology &of) -> const IndexSet & { return connectors_[of.connector].links; });
}

} // namespace kith::sim
