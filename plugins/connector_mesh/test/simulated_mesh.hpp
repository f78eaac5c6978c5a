// SPDX-License-Identifier: MIT
//
// Members of one mesh over simulated time: connections that keep the order of their bytes, and hosts that crash, vanish, pause, and cannot
// hear each other. The same seed gives the same run.
#pragma once

#include "member.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kith::mesh::test {

using namespace std::chrono_literals;

class SimulatedMesh {
  public:
    enum class Power : std::uint8_t { off, running, vanished }; // off: its machine answers that nobody listens

    struct Report {
        Time at;
        std::size_t at_host;
        std::string about;
        bool up;
        std::string reason;
    };
    struct Host {
        std::string name;
        std::unique_ptr<Member> member;
        Power power = Power::off;
        Time paused_until{};
        Time tick = Time::max(); // of the next advance that is scheduled
        Time troubled{-3600s};   // when something happened to it last
        std::set<std::string> up;
        std::vector<std::string> notices;
        std::vector<Action> messages, done;
        bool isolated = false;
    };

    SimulatedMesh(std::size_t count, std::uint64_t seed, unsigned degree = 16)
        : names_(degree / 2), random_(seed), degree_(degree) {
        for (std::size_t i = 0; i < count; ++i) {
            Host host;
            host.name = "m" + std::to_string(i) + "@10." + std::to_string(i / 65536) + '.' + std::to_string(i / 256 % 256) +
                        '.' + std::to_string(i % 256);
            names_.intern(host.name);
            hosts_.push_back(std::move(host));
        }
    }

    std::vector<Report> reports;
    std::function<void(const Report &)> on_report;
    std::function<void(MemberSettings &)> configure;
    Time least_delay = 200us, most_delay = 1ms;
    std::uint64_t connections = 0, most_degree = 0, bytes = 0;

    Time now() const { return now_; }
    std::uint64_t draw(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }
    std::size_t size() const { return hosts_.size(); }
    Host &host(std::size_t i) { return hosts_[i]; }
    Member &member(std::size_t i) { return *hosts_[i].member; }
    bool running(std::size_t i) const { return hosts_[i].power == Power::running; }
    std::size_t index_of(const std::string &name) const { return *names_.find(name); }

    /// Starts a process on the host; `finds`: the members that its strategy has found.
    void start(std::size_t i, const std::vector<std::size_t> &finds) {
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
    void start_all() {
        std::vector<std::size_t> everybody(hosts_.size());
        for (std::size_t i = 0; i < hosts_.size(); ++i) everybody[i] = i;
        for (std::size_t i = 0; i < hosts_.size(); ++i) start(i, everybody);
    }
    void find(std::size_t at, std::size_t whom) {
        hosts_[at].member->want(hosts_[whom].name, {"", 4747}, now_);
        after_input(at);
    }

    /// The process ends as by SIGKILL; the machine closes its connections.
    void crash(std::size_t i) {
        trouble(i);
        end_process(i);
        hosts_[i].power = Power::off;
        for (auto &[id, each] : pairs_) {
            for (int side = 0; side < 2; ++side) {
                if (each.host[side] == i && !each.gone[side]) shut(id, side);
            }
        }
    }
    /// The machine loses its power: nothing is sent any more.
    void vanish(std::size_t i) {
        trouble(i);
        end_process(i);
        hosts_[i].power = Power::vanished;
        for (auto &[id, each] : pairs_) {
            for (int side = 0; side < 2; ++side) {
                if (each.host[side] == i) each.gone[side] = true;
            }
        }
    }
    void leave(std::size_t i, bool for_good) {
        trouble(i);
        hosts_[i].member->end(for_good, now_);
        after_input(i);
        run_for(2ms);
        crash(i);
    }
    /// The process stands still, as by SIGSTOP; its machine accepts connections and bytes.
    void pause(std::size_t i, Time time) {
        if (time > 2s) trouble(i);
        hosts_[i].paused_until = std::max(hosts_[i].paused_until, now_ + time);
    }
    /// Nothing gets from a to b.
    void block(std::size_t a, std::size_t b, bool blocked) {
        if (blocked) {
            blocked_.insert({a, b});
        } else {
            blocked_.erase({a, b});
            release(a, b);
        }
    }
    void cut(std::size_t a, std::size_t b, bool cut_off) {
        block(a, b, cut_off);
        block(b, a, cut_off);
    }
    /// The share of packets from or to a host that are lost.
    void loss(std::size_t i, double share) {
        if (loss_.size() < hosts_.size()) loss_.resize(hosts_.size());
        loss_[i] = share;
    }
    void trouble(std::size_t i) { hosts_[i].troubled = now_; }

    void run_for(Time time) {
        run_until([] { return false; }, time);
    }
    bool run_until(const std::function<bool()> &done, Time bound) {
        const Time end = now_ + bound;
        for (;;) {
            if (done()) return true;
            if (events_.empty() || events_.top().at > end) break;
            const Event event = events_.top();
            events_.pop();
            now_ = event.at;
            handle(event);
        }
        now_ = end;
        return done();
    }

    /// Does everybody who runs report exactly the others who run as up?
    bool converged() const {
        std::size_t running_ones = 0;
        for (const Host &each : hosts_) running_ones += each.power == Power::running ? 1U : 0U;
        for (const Host &each : hosts_) {
            if (each.power == Power::running && (each.isolated || each.up.size() + 1 != running_ones)) return false;
        }
        for (const Host &each : hosts_) {
            if (each.power != Power::running) continue;
            for (const auto &name : each.up) {
                if (hosts_[index_of(name)].power != Power::running) return false;
            }
        }
        return true;
    }
    /// And has each pair of neighbours exactly one connection?
    bool one_link_each() const {
        for (const Host &each : hosts_) {
            if (each.power == Power::running && each.member->connections() != each.member->direct_links()) return false;
        }
        return true;
    }
    std::string describe() const {
        std::string out;
        for (const Host &each : hosts_) {
            if (each.power != Power::running) continue;
            out += each.name + " up " + std::to_string(each.up.size()) + " links " +
                   std::to_string(each.member->direct_links()) + " of " + std::to_string(each.member->connections()) +
                   (each.isolated ? " isolated" : "");
            for (const Host &other : hosts_) {
                if (&other == &each || each.up.contains(other.name) == (other.power == Power::running)) continue;
                const NodeId id = *names_.find(other.name);
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

  private:
    struct Pair { // a connection; side 0 dialled
        std::size_t host[2]{};
        std::array<std::optional<LinkId>, 2> link;
        bool gone[2]{};                               // the process does not have it any more
        bool closed[2]{};                             // it was closed in order or by the machine: the other side learns that
        Time last[2]{};                               // the last arrival at the side
        std::array<std::vector<std::string>, 2> held; // bytes to the side that a blocked way keeps
        bool held_end[2]{};
    };
    enum class What : std::uint8_t { tick, knock, refused, lost, connected, accepted, bytes, end, flush };
    struct Event {
        Time at;
        std::uint64_t order;
        What what;
        std::size_t host;
        std::uint64_t pair;
        int side;
        std::shared_ptr<std::string> bytes;
        bool operator<(const Event &other) const { return at != other.at ? at > other.at : order > other.order; }
    };

    void put(Time at, What what, std::size_t at_host, std::uint64_t pair = 0, int side = 0,
             std::shared_ptr<std::string> text = {}) {
        events_.push({at, ++order_, what, at_host, pair, side, std::move(text)});
    }
    Time travel(std::size_t a, std::size_t b) {
        Time out = least_delay +
                   Time(static_cast<std::int64_t>(draw(static_cast<std::uint64_t>((most_delay - least_delay).count()) + 1)));
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
    bool is_open(std::size_t a, std::size_t b) const {
        return !blocked_.contains({a, b}) && hosts_[a].power != Power::vanished && hosts_[b].power != Power::vanished;
    }

    void end_process(std::size_t i) {
        hosts_[i].member.reset();
        hosts_[i].up.clear();
        hosts_[i].isolated = false;
        hosts_[i].paused_until = Time{};
        hosts_[i].tick = Time::max();
    }

    /// A side closes the connection.
    void shut(std::uint64_t id, int side) {
        Pair &pair = pairs_[id];
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
    void send(std::uint64_t id, int side, std::string text) {
        Pair &pair = pairs_[id];
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
        put(pair.last[other], What::bytes, pair.host[other], id, other, std::make_shared<std::string>(std::move(text)));
    }
    void release(std::size_t a, std::size_t b) {
        for (auto &[id, pair] : pairs_) {
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

    void handle(const Event &event) {
        Host &host = hosts_[event.host];
        if (event.what == What::knock) return knock(event.pair);
        const bool here = host.power == Power::running;
        if (here && host.paused_until > now_) { // in the order in which it came
            put(host.paused_until, event.what, event.host, event.pair, event.side, event.bytes);
            return;
        }
        if (event.what == What::tick) {
            if (!here || host.tick != event.at) {
                if (!here || host.tick > now_ || host.tick + 1h < event.at) return;
            }
            host.tick = Time::max();
            host.member->wall(1'700'000'000'000 + static_cast<std::uint64_t>(now_ / 1ms));
            host.member->advance(now_);
            return after_input(event.host);
        }
        const auto found = pairs_.find(event.pair);
        if (found == pairs_.end()) return;
        Pair &pair = found->second;
        if (!here || pair.gone[event.side]) {
            if (event.what == What::accepted && host.power != Power::vanished) shut(event.pair, event.side);
            if (pair.gone[0] && pair.gone[1]) pairs_.erase(found);
            return;
        }
        switch (event.what) {
        case What::refused:
        case What::lost: {
            const LinkId link = *pair.link[0];
            pairs_.erase(found);
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
            if (!pair.link[event.side]) return;
            host.member->received(*pair.link[event.side], *event.bytes, now_);
            break;
        case What::end: {
            pair.gone[event.side] = true;
            const auto link = pair.link[event.side];
            if (pair.gone[0] && pair.gone[1]) pairs_.erase(found);
            if (!link) return;
            by_link_[event.host].erase(*link);
            host.member->closed(*link, "it ended the connection", now_);
            break;
        }
        case What::flush: {
            const LinkId link = *pair.link[event.side];
            for (std::string out = host.member->take_output(link, 65536); !out.empty();
                 out = host.member->take_output(link, 65536))
                send(event.pair, event.side, std::move(out));
            break;
        }
        case What::tick:
        case What::knock: break;
        }
        after_input(event.host);
    }

    void knock(std::uint64_t id) {
        const auto found = pairs_.find(id);
        if (found == pairs_.end()) return;
        Pair &pair = found->second;
        const std::size_t a = pair.host[0], b = pair.host[1];
        if (hosts_[a].power != Power::running) {
            pairs_.erase(found);
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

    void after_input(std::size_t i) {
        Host &host = hosts_[i];
        for (auto &action : host.member->take_actions()) {
            switch (action.kind) {
            case Action::Kind::dial: {
                const std::uint64_t id = ++last_pair_;
                Pair pair;
                pair.host[0] = i;
                pair.host[1] = index_of(action.name);
                pair.link[0] = action.link;
                by_link_[i][action.link] = {id, 0};
                pairs_[id] = std::move(pair);
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
                if (!pairs_.contains(id)) break;
                if (!last.empty()) send(id, side, std::move(last));
                shut(id, side);
                if (pairs_[id].gone[0] && pairs_[id].gone[1]) pairs_.erase(id);
                break;
            }
            case Action::Kind::up:
                host.up.insert(action.name);
                report({now_, i, action.name, true, {}});
                break;
            case Action::Kind::down:
                host.up.erase(action.name);
                report({now_, i, action.name, false, action.text});
                break;
            case Action::Kind::isolated: host.isolated = !action.text.empty(); break;
            case Action::Kind::notice: host.notices.push_back(action.text); break;
            case Action::Kind::message: host.messages.push_back(std::move(action)); break;
            case Action::Kind::done: host.done.push_back(std::move(action)); break;
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
    void report(Report what) {
        if (on_report) on_report(what);
        reports.push_back(std::move(what));
    }

  public:
    /// Something was asked of a member directly.
    void acted(std::size_t i) { after_input(i); }

  private:
    NameTable names_;
    std::mt19937_64 random_;
    unsigned degree_;
    std::vector<Host> hosts_;
    std::map<std::uint64_t, Pair> pairs_;
    std::map<std::size_t, std::map<LinkId, std::pair<std::uint64_t, int>>> by_link_;
    std::set<std::pair<std::size_t, std::size_t>> blocked_;
    std::vector<double> loss_;
    std::priority_queue<Event> events_;
    Time now_ = 1000s;
    std::uint64_t order_ = 0, last_pair_ = 0;
};

} // namespace kith::mesh::test
