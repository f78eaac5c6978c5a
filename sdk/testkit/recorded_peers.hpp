// SPDX-License-Identifier: MIT
//
// The peers that result from a strategy's replaces and updates, found by key: tests have ten thousand of them.
#pragma once

#include <kith/testkit/recorded_calls.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kith::testkit {

class RecordedPeers {
  public:
    /// In order of arrival until one is erased: the last one then takes its place.
    const std::vector<RecordedPeer> &all() const noexcept { return peers_; }
    bool contains(std::string_view key) const { return places_.contains(std::string(key)); }

    void replace(std::vector<RecordedPeer> peers) {
        peers_ = std::move(peers);
        places_.clear();
        for (std::size_t i = 0; i < peers_.size(); ++i) places_.emplace(peers_[i].key, i);
    }
    void upsert(const RecordedPeer &peer) {
        const auto [place, added] = places_.emplace(peer.key, peers_.size());
        if (added) {
            peers_.push_back(peer);
        } else {
            peers_[place->second] = peer;
        }
    }
    void erase(const std::string &key) {
        const auto place = places_.find(key);
        if (place == places_.end()) return;
        const std::size_t at = place->second;
        places_.erase(place);
        if (at + 1 != peers_.size()) {
            peers_[at] = std::move(peers_.back());
            places_[peers_[at].key] = at;
        }
        peers_.pop_back();
    }

  private:
    std::vector<RecordedPeer> peers_;
    std::unordered_map<std::string, std::size_t> places_;
};

} // namespace kith::testkit
