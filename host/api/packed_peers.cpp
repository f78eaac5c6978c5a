// SPDX-License-Identifier: MIT
#include "packed_peers.hpp"

#include <core/cluster/base/peer_link_class.hpp>

#include <cstring>

namespace kith::app {

namespace {

std::int64_t wall_at(const core::EngineView &view, core::Time time) {
    return view.wall + (static_cast<std::int64_t>(time) - static_cast<std::int64_t>(view.now));
}

} // namespace

std::string_view link_word(core::Reconciler::LinkStatus::State state) {
    using State = core::Reconciler::LinkStatus::State;
    switch (state) {
    case State::linked: return "up";
    case State::connecting: return "connecting";
    case State::disconnecting: return "disconnecting";
    case State::settling: return "settling";
    case State::waiting: return "waiting";
    case State::backing_off: return "backing_off";
    case State::idle: return "down";
    case State::unknown: break;
    }
    return "unknown";
}

void PackedPeers::put_number(std::uint64_t number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    packed_.append(bytes, sizeof bytes);
}

void PackedPeers::put_text(std::string_view text) {
    put_number(text.size());
    packed_ += text;
}

std::uint64_t PackedPeers::take_number() {
    std::uint64_t number = 0;
    std::memcpy(&number, packed_.data() + at_, sizeof number);
    at_ += sizeof number;
    return number;
}

std::string_view PackedPeers::take_text() {
    const auto size = static_cast<std::size_t>(take_number());
    const std::string_view text(packed_.data() + at_, size);
    at_ += size;
    return text;
}

void PackedPeers::begin_topology(const core::LiveTopology &topology) {
    Topology &its = topologies_.emplace_back();
    its.name = topology.name();
    for (const auto &source : topology.sources()) its.sources.emplace_back(source.name);
}

void PackedPeers::add(const core::LiveTopology::PeerDetails &details, const core::EngineView &engine) {
    put_number(topologies_.size() - 1);
    put_number(static_cast<std::uint64_t>(details.peer_class));
    put_number(static_cast<std::uint64_t>(details.link));
    put_number(details.since == 0 ? 0 : static_cast<std::uint64_t>(wall_at(engine, details.since)));
    put_number(details.held_until == 0 ? 0 : static_cast<std::uint64_t>(wall_at(engine, details.held_until)));
    put_text(details.name);
    put_text(details.state);
    put_text(details.key);
    put_number(details.sources.size());
    for (const core::SourceId source : details.sources) put_number(static_cast<std::uint64_t>(source));
    put_number(details.attributes.size());
    for (const auto &attribute : details.attributes) {
        put_text(attribute.name);
        put_text(attribute.value);
    }
}

void PackedPeers::write_next(JsonWriter &json) {
    const Topology &topology = topologies_[static_cast<std::size_t>(take_number())];
    const auto peer_class = static_cast<core::PeerClass>(take_number());
    const auto link = static_cast<core::Reconciler::LinkStatus::State>(take_number());
    const auto since = static_cast<std::int64_t>(take_number());
    const auto held_until = static_cast<std::int64_t>(take_number());
    json.open('{').member("topology", std::string_view(topology.name)).member("name", take_text()).member("state", take_text());
    const std::string_view key = take_text();
    json.member("class", core::to_string(peer_class));
    json.key("since"); // 0: it never was in another state
    since == 0 ? json.null() : json.time(since);
    json.key("held_until"); // by an operator
    held_until == 0 ? json.null() : json.time(held_until);
    json.member("link", link_word(link)).key("sources").open('[');
    for (std::uint64_t sources = take_number(); sources > 0; --sources)
        json.value(std::string_view(topology.sources[static_cast<std::size_t>(take_number())]));
    json.close(']').member("key", key).key("attributes").open('{');
    for (std::uint64_t attributes = take_number(); attributes > 0; --attributes) {
        const std::string_view name = take_text();
        json.member(name, take_text());
    }
    json.close('}').close('}');
}

} // namespace kith::app
