// SPDX-License-Identifier: MIT
//
// SimulatedMesh: the hosts: what is done to them, what happens to them, and what they make of it.
#include "simulated_mesh.hpp"

namespace kith::mesh::test {

void SimulatedMesh::start(std::size_t i, const std::vector<std::size_t> &finds) {
    Host &host = hosts_[i];
    MemberSettings settings;
    settings.name = host.name;
    settings.cluster = "test";
    settings.listening = {"", 4747};
    settings.degree = degree_;
    settings.run = {1'700'000'000'000 + static_cast<std::uint64_t>(now_ / 1ms), random_() | 1};
    settings.seed = random_();
    if (configure) configure(settings);
    host.power = Power::running;
    host.troubled = now_;
    host.member = std::make_unique<Member>(names_, settings, now_);
    for (const std::size_t each : finds) {
        if (each != i) host.member->want(hosts_[each].name, {"", 4747}, now_);
    }
    after_input(i);
}

void SimulatedMesh::start_all() {
    std::vector<std::size_t> everybody(hosts_.size());
    for (std::size_t i = 0; i < hosts_.size(); ++i) everybody[i] = i;
    for (std::size_t i = 0; i < hosts_.size(); ++i) start(i, everybody);
}

void SimulatedMesh::find(std::size_t at, std::size_t whom) {
    hosts_[at].member->want(hosts_[whom].name, {"", 4747}, now_);
    after_input(at);
}

void SimulatedMesh::crash(std::size_t i) {
    trouble(i);
    end_process(i);
    hosts_[i].power = Power::off;
    for (std::uint64_t id = first_pair(); id < pairs_.size(); ++id) {
        for (int side = 0; side < 2; ++side) {
            if (pairs_[id] && pairs_[id]->host[side] == i && !pairs_[id]->gone[side]) shut(id, side);
        }
    }
}

void SimulatedMesh::vanish(std::size_t i) {
    trouble(i);
    end_process(i);
    hosts_[i].power = Power::vanished;
    for (std::uint64_t id = first_pair(); id < pairs_.size(); ++id) {
        for (int side = 0; side < 2; ++side) {
            if (pairs_[id] && pairs_[id]->host[side] == i) pairs_[id]->gone[side] = true;
        }
    }
}

void SimulatedMesh::leave(std::size_t i, bool for_good) {
    trouble(i);
    hosts_[i].member->end(for_good, now_);
    after_input(i);
    run_for(2ms);
    crash(i);
}

void SimulatedMesh::pause(std::size_t i, Time time) {
    if (time > 2s) trouble(i);
    hosts_[i].paused_until = std::max(hosts_[i].paused_until, now_ + time);
}

bool SimulatedMesh::converged() const {
    NodeSet others; // those that each host should have, and itself
    for (NodeId i = 0; i < hosts_.size(); ++i) {
        if (running(i)) others.insert(i);
    }
    for (NodeId i = 0; i < hosts_.size(); ++i) {
        if (!running(i)) continue;
        if (hosts_[i].isolated || hosts_[i].up.size() + 1 != others.size()) return false;
    }
    for (NodeId i = 0; i < hosts_.size(); ++i) {
        if (!running(i)) continue;
        others.erase(i);
        if (!(hosts_[i].up == others)) return false;
        others.insert(i);
    }
    return true;
}

bool SimulatedMesh::one_link_each() const {
    for (const Host &each : hosts_) {
        if (each.power == Power::running && each.member->connections() != each.member->direct_links()) return false;
    }
    return true;
}

std::string SimulatedMesh::describe() const {
    std::string out;
    for (const Host &each : hosts_) {
        if (each.power != Power::running) continue;
        out += each.name + " up " + std::to_string(each.up.size()) + " links " + std::to_string(each.member->direct_links()) +
               " of " + std::to_string(each.member->connections()) + (each.isolated ? " isolated" : "");
        for (const Host &other : hosts_) {
            const NodeId id = names_.find(other.name).value_or(nobody);
            if (&other == &each ||
                each.up.contains(static_cast<NodeId>(index_of(other.name))) == (other.power == Power::running))
                continue;
            const Membership &known = each.member->membership();
            out += "\n    " + other.name + " state " + std::to_string(static_cast<int>(known.state(id))) + " run " +
                   std::to_string(known.run(id).start) + " alive " + std::to_string(known.alive(id)) + " of " +
                   std::to_string(other.member ? other.member->membership().run().start : 0) + " " +
                   std::to_string(other.member ? other.member->membership().alive() : 0) + ": " +
                   each.member->explain(other.name);
        }
        out += "\n";
    }
    return out;
}

void SimulatedMesh::end_process(std::size_t i) {
    hosts_[i].member.reset();
    hosts_[i].up = {};
    hosts_[i].isolated = false;
    hosts_[i].paused_until = Time{};
    hosts_[i].tick = Time::max();
}

bool SimulatedMesh::run_until(const std::function<bool()> &done, Time bound) {
    const Time end = now_ + bound;
    for (;;) {
        if (done()) return true;
        if (events_.empty() || events_.top().at > end) break;
        const Event event = events_.top();
        events_.pop();
        now_ = event.at;
        ++events;
        handle(event);
    }
    now_ = end;
    return done();
}

void SimulatedMesh::handle(const Event &event) {
    Host &host = hosts_[event.host];
    if (event.what == What::knock) return knock(event.pair);
    const bool here = host.power == Power::running;
    if (here && host.paused_until > now_) { // in the order in which it came
        put(host.paused_until, event.what, event.host, event.pair, event.side, event.bytes);
        return;
    }
    if (event.what == What::tick) {
        if (!here || host.tick > now_) return;
        host.tick = Time::max();
        host.member->wall(1'700'000'000'000 + static_cast<std::uint64_t>(now_ / 1ms));
        host.member->advance(now_);
        return after_input(event.host);
    }
    if (!pairs_[event.pair]) return;
    Pair &pair = *pairs_[event.pair];
    if (!here || pair.gone[event.side]) {
        if (event.what == What::accepted && host.power != Power::vanished) shut(event.pair, event.side);
        if (pair.gone[0] && pair.gone[1]) pairs_[event.pair].reset();
        return;
    }
    switch (event.what) {
    case What::refused:
    case What::lost: {
        const LinkId link = *pair.link[0];
        pairs_[event.pair].reset();
        by_link_[event.host].erase(link);
        host.member->dial_failed(link, event.what == What::refused ? "refused" : "no answer", event.what == What::refused,
                                 now_);
        return after_input(event.host);
    }
    case What::connected:
        if (host.member) host.member->connected(*pair.link[0], {}, now_);
        break;
    case What::accepted: {
        const auto link = host.member->accepted({}, now_);
        if (!link) return shut(event.pair, event.side);
        pair.link[1] = *link;
        by_link_[event.host][*link] = {event.pair, 1};
        break;
    }
    case What::bytes:
        pair.flying[event.side] -= std::min(pair.flying[event.side], event.bytes->size());
        if (std::exchange(pair.stalled[1 - event.side], false)) {
            const std::size_t writer = pair.host[1 - event.side];
            put(now_ + travel(event.host, writer), What::flush, writer, event.pair, 1 - event.side);
        }
        if (!pair.link[event.side]) return;
        host.member->received(*pair.link[event.side], *event.bytes, now_);
        break;
    case What::end: {
        pair.gone[event.side] = true;
        const auto link = pair.link[event.side];
        if (pair.gone[0] && pair.gone[1]) pairs_[event.pair].reset();
        if (!link) return;
        by_link_[event.host].erase(*link);
        host.member->closed(*link, "it ended the connection", now_);
        break;
    }
    case What::flush: flush(event.pair, event.side); break;
    case What::tick:
    case What::knock: break;
    }
    after_input(event.host);
}

void SimulatedMesh::flush(std::uint64_t id, int side) {
    Pair &pair = *pairs_[id];
    Member &member = *hosts_[pair.host[side]].member;
    const std::size_t most = std::min<std::size_t>(window, 65536);
    for (;;) {
        if (pair.flying[1 - side] >= window) {
            pair.stalled[side] = true;
            return;
        }
        std::string out = member.take_output(*pair.link[side], most);
        if (out.empty()) return;
        send(id, side, std::move(out));
    }
}

void SimulatedMesh::after_input(std::size_t i) {
    Host &host = hosts_[i];
    for (auto &action : host.member->take_actions()) {
        switch (action.kind) {
        case Action::Kind::dial: {
            const std::uint64_t id = pairs_.size();
            auto pair = std::make_unique<Pair>();
            pair->host[0] = i;
            pair->host[1] = index_of(action.name);
            pair->link[0] = action.link;
            by_link_[i][action.link] = {id, 0};
            pairs_.push_back(std::move(pair));
            put(now_ + travel(i, index_of(action.name)), What::knock, i, id);
            break;
        }
        case Action::Kind::output:
            if (const auto at = by_link_[i].find(action.link); at != by_link_[i].end())
                put(now_, What::flush, i, at->second.first, at->second.second);
            break;
        case Action::Kind::close: {
            std::string last = host.member->take_output(action.link, SIZE_MAX);
            const auto at = by_link_[i].find(action.link);
            if (at == by_link_[i].end()) break;
            const auto [id, side] = at->second;
            by_link_[i].erase(at);
            if (!pairs_[id]) break;
            if (!last.empty()) send(id, side, std::move(last));
            shut(id, side);
            if (pairs_[id]->gone[0] && pairs_[id]->gone[1]) pairs_[id].reset();
            break;
        }
        case Action::Kind::up:
        case Action::Kind::down: report(i, action); break;
        case Action::Kind::isolated: host.isolated = !action.text.empty(); break;
        case Action::Kind::notice: host.notices.push_back(action.text); break;
        case Action::Kind::messages:
            for (const auto &each : action.places)
                host.messages.push_back({action.name, action.channel, std::string(action.text_of(each)), action.to_all});
            break;
        case Action::Kind::done:
            for (const std::uint64_t ticket : action.tickets) host.done.push_back({ticket, action.text});
            break;
        case Action::Kind::failed: break;
        }
    }
    most_degree = std::max<std::uint64_t>(most_degree, host.member->connections());
    const Time next = std::max(host.member->deadline(), now_);
    if (next < host.tick) {
        host.tick = next;
        put(next, What::tick, i);
    }
}

void SimulatedMesh::report(std::size_t at, const Action &action) {
    const bool up = action.kind == Action::Kind::up;
    const auto about = static_cast<NodeId>(index_of(action.name));
    if (up) {
        hosts_[at].up.insert(about);
    } else {
        hosts_[at].up.erase(about);
    }
    if (on_change) on_change(at, about, up);
    if (!on_report && !keep_reports) return;
    Report what{now_, at, action.name, up, up ? std::string() : action.text};
    if (on_report) on_report(what);
    if (keep_reports) reports.push_back(std::move(what));
}

} // namespace kith::mesh::test
