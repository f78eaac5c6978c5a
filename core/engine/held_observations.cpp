// SPDX-License-Identifier: MIT
#include <core/engine/held_observations.hpp>

#include <core/engine/plugin_instance.hpp>
#include <kith/hosting/status.hpp>

#include <algorithm>

namespace kith::core {

namespace {

constexpr std::size_t most_left_out = 64; // reasons; more are not kept

} // namespace

std::int32_t HeldObservations::refuse(std::int32_t status, const std::string &text) {
    failure_ = text;
    return instance_->refuse(status, text);
}

void HeldObservations::keep() {
    const Time now = engine_loop_.now();
    for (const PeerView &peer : reader_.peers()) {
        Held &held = peers_.insert_or_assign(std::string(peer.key), Held{}).first->second;
        held = {PackedPeer(peer), peer.ttl, now};
    }
}

void HeldObservations::report() {
    looked_ = true;
    failure_.clear();
    engine_loop_.soon();
}

std::int32_t HeldObservations::replace(const kith_peer *peers, std::uint32_t count, std::uint32_t stride) {
    const std::int32_t status = reader_.read(peers, count, stride, max_peers_);
    if (status != KITH_OK) return refuse(status, reader_.text());
    if (over_) return KITH_OK;
    if (const auto doubt = instance_->tally().replaced(count == 0)) doubt_ = *doubt;
    peers_.clear();
    whole_ = true;
    keep();
    report();
    return KITH_OK;
}

std::int32_t HeldObservations::update(const kith_peer *upserted, std::uint32_t count, std::uint32_t stride,
                                      const kith_str *missing, std::uint32_t missing_count, const kith_str *left,
                                      std::uint32_t left_count) {
    const std::int32_t status =
        reader_.read_update(upserted, count, stride, missing, missing_count, left, left_count, max_peers_);
    if (status != KITH_OK) return refuse(status, reader_.text());
    if (over_) return KITH_OK;
    instance_->tally().updated(count != 0);
    keep();
    for (const auto keys : {reader_.missing(), reader_.left()}) {
        for (const std::string_view key : keys)
            if (const auto found = peers_.find(key); found != peers_.end()) peers_.erase(found);
    }
    if (peers_.size() > max_peers_) {
        peers_.clear();
        return refuse(KITH_LIMIT, "more peers than policy.max_peers, " + std::to_string(max_peers_));
    }
    report();
    return KITH_OK;
}

std::int32_t HeldObservations::watching(bool in_sync) {
    instance_->tally().clear();
    in_sync_ = in_sync;
    if (in_sync) report();
    return KITH_OK;
}

std::int32_t HeldObservations::heard() {
    heard_ = true;
    return KITH_OK;
}

std::int32_t HeldObservations::failed(std::int32_t status, std::string_view text) {
    instance_->tally().clear();
    failure_ = text.empty() ? status_sentence(status) : text;
    return KITH_OK;
}

std::int32_t HeldObservations::left_out(std::uint32_t items, std::string_view reason) {
    if (!over_ && left_out_.size() < most_left_out) left_out_.emplace_back(items, reason);
    return KITH_OK;
}

// The time that a lease has already run is taken off.
void HeldObservations::pass_on(LiveTopology &topology, SourceId source, Time now) {
    over_ = true;
    topology.succeeded(source, now);
    for (const auto &[items, reason] : left_out_) topology.left_out(source, items, reason, now);
    std::vector<AttributeView> attributes;
    std::vector<std::size_t> ends;
    for (const auto &[key, held] : peers_) {
        held.peer.attributes(attributes);
        ends.push_back(attributes.size());
    }
    std::vector<PeerView> peers;
    peers.reserve(peers_.size());
    std::size_t begin = 0;
    for (const auto &[key, held] : peers_) {
        const std::size_t end = ends[peers.size()];
        const Time ran = now - held.at;
        peers.push_back({held.peer.key(), held.peer.name(), std::span(attributes).subspan(begin, end - begin),
                         held.ttl == 0 ? 0 : std::max<std::uint64_t>(held.ttl > ran ? held.ttl - ran : 0, 1)});
        begin = end;
    }
    if (whole_)
        topology.replace(source, peers, now);
    else if (!peers.empty())
        topology.update(source, peers, {}, {}, now);
    if (in_sync_)
        topology.watching(source, true, now);
    else if (heard_)
        topology.heard(source, now);
    peers_.clear();
    left_out_.clear();
}

} // namespace kith::core
