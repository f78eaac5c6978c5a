// SPDX-License-Identifier: MIT
#include "state_snapshot.hpp"

#include "documents.hpp"

#include <utility>

namespace kith::app {

StateSnapshot::StateSnapshot(const ApiContext &context, const core::EngineView &view, std::shared_ptr<int> holder)
    : holder_(std::move(holder)), beginning_(state_beginning(context, view)) {
    for (const auto &topology : view.topologies) {
        peers_.begin_topology(*topology.topology);
        topology.topology->each_peer(view.now,
                                     [&](const core::LiveTopology::PeerDetails &details) { peers_.add(details, view); });
    }
}

bool StateSnapshot::fill(std::string &out, std::size_t room) {
    out += std::exchange(beginning_, {});
    while (out.size() < room) {
        if (peers_.empty()) {
            out += "]}";
            return false;
        }
        if (!std::exchange(first_, false)) out += ',';
        JsonWriter json(out);
        peers_.write_next(json);
    }
    return true;
}

} // namespace kith::app
