// SPDX-License-Identifier: MIT
#include "refused_peers.hpp"

namespace kith::erlang {

void RefusedPeers::add(const std::string &name, const error &why, Time now) {
    if (refusals_.size() >= most) std::erase_if(refusals_, [now](const auto &one) { return one.second.until <= now; });
    refusals_[name] = {why, now + lasts};
}

const error *RefusedPeers::find(const std::string &name, Time now) {
    const auto found = refusals_.find(name);
    if (found == refusals_.end()) return nullptr;
    if (now < found->second.until) return &found->second.why;
    refusals_.erase(found);
    return nullptr;
}

} // namespace kith::erlang
