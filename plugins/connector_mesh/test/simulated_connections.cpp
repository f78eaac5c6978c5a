// SPDX-License-Identifier: MIT
//
// SimulatedMesh: the connections between hosts: their bytes keep their order, and wait where a way is blocked.
#include "simulated_mesh.hpp"

namespace kith::mesh::test {

void SimulatedMesh::block(std::size_t a, std::size_t b, bool blocked) {
    if (blocked) {
        blocked_.insert({a, b});
    } else {
        blocked_.erase({a, b});
        release(a, b);
    }
}

void SimulatedMesh::cut(std::size_t a, std::size_t b, bool cut_off) {
    block(a, b, cut_off);
    block(b, a, cut_off);
}

void SimulatedMesh::release(std::size_t a, std::size_t b) {
    for (std::uint64_t id = first_pair(); id < pairs_.size(); ++id) {
        if (!pairs_[id]) continue;
        Pair &pair = *pairs_[id];
        for (int side = 0; side < 2; ++side) {
            const std::size_t from = pair.host[1 - side], to = pair.host[side];
            if ((from != a || to != b) && (from != b || to != a)) continue;
            if (!is_open(from, to) || !is_open(to, from)) continue;
            auto held = std::exchange(pair.held[side], {});
            for (auto &text : held) send(id, 1 - side, std::move(text));
            if (std::exchange(pair.held_end[side], false)) {
                pair.last[side] = std::max(pair.last[side], now_ + travel(from, to));
                put(pair.last[side], What::end, to, id, side);
            }
        }
    }
}

Time SimulatedMesh::travel(std::size_t a, std::size_t b) {
    Time out =
        least_delay + Time(static_cast<std::int64_t>(draw(static_cast<std::uint64_t>((most_delay - least_delay).count()) + 1)));
    if (!loss_.empty()) {
        const double lost = std::max(loss_[a], loss_[b]);
        Time retry = 200ms;
        while (lost > 0 && static_cast<double>(random_() >> 11) * 0x1p-53 < lost && retry < 120s) {
            out += retry;
            retry *= 2;
        }
    }
    return out;
}

bool SimulatedMesh::is_open(std::size_t a, std::size_t b) const {
    return !blocked_.contains({a, b}) && hosts_[a].power != Power::vanished && hosts_[b].power != Power::vanished;
}

void SimulatedMesh::shut(std::uint64_t id, int side) {
    Pair &pair = *pairs_[id];
    pair.gone[side] = pair.closed[side] = true;
    const int other = 1 - side;
    if (pair.gone[other]) return;
    if (!is_open(pair.host[side], pair.host[other]) || !pair.held[other].empty()) {
        pair.held_end[other] = true;
        return;
    }
    pair.last[other] = std::max(pair.last[other], now_ + travel(pair.host[side], pair.host[other]));
    put(pair.last[other], What::end, pair.host[other], id, other);
}

void SimulatedMesh::send(std::uint64_t id, int side, std::string text) {
    Pair &pair = *pairs_[id];
    const int other = 1 - side;
    bytes += text.size();
    if (pair.gone[other]) { // its machine answers with a reset, if it answers at all
        if (is_open(pair.host[side], pair.host[other]) && is_open(pair.host[other], pair.host[side]))
            put(now_ + 2 * travel(pair.host[side], pair.host[other]), What::end, pair.host[side], id, side);
        return;
    }
    // Without acknowledgements a sender's window is soon full: what goes one way alone does not go on.
    if (!is_open(pair.host[side], pair.host[other]) || !is_open(pair.host[other], pair.host[side]) ||
        !pair.held[other].empty()) {
        pair.held[other].push_back(std::move(text));
        return;
    }
    pair.last[other] = std::max(pair.last[other], now_ + travel(pair.host[side], pair.host[other]));
    pair.flying[other] += text.size();
    put(pair.last[other], What::bytes, pair.host[other], id, other, std::make_shared<std::string>(std::move(text)));
}

void SimulatedMesh::knock(std::uint64_t id) {
    if (!pairs_[id]) return;
    Pair &pair = *pairs_[id];
    const std::size_t a = pair.host[0], b = pair.host[1];
    if (hosts_[a].power != Power::running) {
        pairs_[id].reset();
        return;
    }
    if (!is_open(a, b) || !is_open(b, a)) return put(now_ + 1s, What::lost, a, id, 0);
    if (hosts_[b].power == Power::off) return put(now_ + travel(b, a), What::refused, a, id, 0);
    ++connections;
    pair.last[0] = now_ + travel(b, a);
    pair.last[1] = now_;
    put(pair.last[0], What::connected, a, id, 0);
    put(pair.last[1], What::accepted, b, id, 1);
}

} // namespace kith::mesh::test
