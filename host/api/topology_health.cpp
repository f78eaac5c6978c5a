// SPDX-License-Identifier: MIT
#include "topology_health.hpp"

#include <core/cluster/base/format_duration.hpp>
#include <kith/hosting/status.hpp>

namespace kith::app {

namespace {

std::string reason_of(const core::LiveTopology::SourceStatus &source) {
    if (!source.reason.empty()) return std::string(source.reason);
    return std::string(status_sentence(source.status));
}

} // namespace

TopologyHealth health_of(const core::TopologyView &view, core::Time now) {
    const core::LiveTopology &topology = *view.topology;
    const core::Reconciler &connector = *view.connector;
    const std::string its_connector = "connector " + std::string(connector.connector());
    if (!connector.attached()) {
        const std::string_view why = connector.detached_text();
        return {"failing", its_connector + " is not attached to a node" + (why.empty() ? "" : ": " + std::string(why))};
    }
    const auto sources = topology.sources();
    for (const auto &source : sources) {
        if (!source.looked && source.failures != 0)
            return {"failing", "strategy " + std::string(source.name) + " could not look yet: " + reason_of(source)};
    }
    if (const core::Time until = topology.overrides().paused_until(); until != 0)
        return {"degraded", "paused by an operator for another " + core::duration_text(until > now ? until - now : 0) +
                                ": kith connects and disconnects no peer"};
    const std::size_t wanted = topology.policy().min_peers;
    if (connector.links_known() && topology.linked() < wanted)
        return {"failing",
                std::to_string(topology.linked()) + " peers are linked; policy.min_peers is " + std::to_string(wanted)};
    for (const auto &source : sources) {
        const std::string strategy = "strategy " + std::string(source.name);
        if (source.failures != 0)
            return {"degraded", strategy + " cannot look, its last known peers are kept: " + reason_of(source)};
        if (source.stale) return {"degraded", strategy + " receives nothing; its leases are suspended"};
        if (!source.looked) return {"degraded", strategy + " has not reported yet"};
    }
    if (!connector.links_known()) return {"degraded", its_connector + " has not reported its links yet"};
    if (const std::size_t held = topology.guarded(); held != 0)
        return {"degraded", "the guard holds the removal of " + std::to_string(held) + (held == 1 ? " peer" : " peers")};
    if (topology.linked() < topology.size()) {
        const std::size_t missing = topology.size() - topology.linked();
        return {"degraded", std::to_string(missing) + " of " + std::to_string(topology.size()) +
                                (missing == 1 ? " peers is not linked" : " peers are not linked")};
    }
    return {"ok", {}};
}

} // namespace kith::app
