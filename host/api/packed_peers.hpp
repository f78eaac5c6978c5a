// SPDX-License-Identifier: MIT
//
// All peers at one moment, packed: taken at once, which is quick, and written as JSON piece by piece while the loop goes on.
#pragma once

#include "json_writer.hpp"

#include <core/engine/engine_view.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

class PackedPeers {
  public:
    /// The peers that follow are of this topology.
    void begin_topology(const core::LiveTopology &topology);
    void add(const core::LiveTopology::PeerDetails &details, const core::EngineView &engine);

    bool empty() const { return at_ == packed_.size(); }
    /// Writes the next peer as an object. Not when it is empty.
    void write_next(JsonWriter &json);

  private:
    void put_number(std::uint64_t number);
    void put_text(std::string_view text);
    std::uint64_t take_number();
    std::string_view take_text();

    struct Topology {
        std::string name;
        std::vector<std::string> sources;
    };
    std::vector<Topology> topologies_;
    std::string packed_; // peer after peer
    std::size_t at_ = 0; // of the next one to be written
};

/// How a link is called in documents.
std::string_view link_word(core::Reconciler::LinkStatus::State state);

} // namespace kith::app
