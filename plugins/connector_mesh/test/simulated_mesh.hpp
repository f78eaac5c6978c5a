// SPDX-License-Identifier: MIT
//
// Members of one mesh over simulated time: connections that keep the order of their bytes, and hosts that crash, vanish, pause, and cannot
// hear each other. The same seed gives the same run.
#pragma once

#include "member.hpp"
#include "node_set.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
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
    struct Message {
        std::string name, channel, text;
        bool to_all;
    };
    struct Done {
        std::uint64_t ticket;
        std::string text; // empty: it has arrived
    };
    struct Host {
        std::string name;
        std::unique_ptr<Member> member;
        Power power = Power::off;
        Time paused_until{};
        Time tick = Time::max(); // of the next advance that is scheduled
        Time troubled{-3600s};   // when something happened to it last
        NodeSet up;              // by their indexes
        std::vector<std::string> notices;
        std::vector<Message> messages;
        std::vector<Done> done;
        bool isolated = false;
    };

    SimulatedMesh(std::size_t count, std::uint64_t seed, unsigned degree = 16)
        : names_(degree / 2), random_(seed), degree_(degree) {
        for (std::size_t i = 0; i < count; ++i) {
            add();
            names_.hold(names_.intern(hosts_[i].name)); // its number is its index
        }
    }
    /// One more host, with a name of its own, which only members keep. Returns its index.
    std::size_t add() {
        const std::size_t i = hosts_.size();
        hosts_.emplace_back().name = "m" + std::to_string(i) + "@10." + std::to_string(i / 65536) + '.' +
                                     std::to_string(i / 256 % 256) + '.' + std::to_string(i % 256);
        index_[hosts_[i].name] = i;
        by_link_.emplace_back();
        return i;
    }

    std::vector<Report> reports;
    bool keep_reports = true;
    std::function<void(const Report &)> on_report;
    /// A host reports that another one is up, or is not any more. Without the texts of on_report, of which 10,000 hosts make 100 million.
    std::function<void(std::size_t at_host, std::size_t about, bool up)> on_change;
    std::function<void(MemberSettings &)> configure;
    Time least_delay = 200us, most_delay = 1ms;
    std::size_t window =
        SIZE_MAX; // bytes that are under way in one direction of a connection before a host reads its acknowledgement
    std::uint64_t connections = 0, most_degree = 0, bytes = 0, events = 0;

    Time now() const { return now_; }
    std::uint64_t draw(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }
    std::size_t size() const { return hosts_.size(); }
    Host &host(std::size_t i) { return hosts_[i]; }
    Member &member(std::size_t i) { return *hosts_[i].member; }
    bool running(std::size_t i) const { return hosts_[i].power == Power::running; }
    std::size_t index_of(const std::string &name) const { return index_.at(name); }
    const NameTable &names() const { return names_; }

    /// Starts a process on the host; `finds`: the members that its strategy has found.
    void start(std::size_t i, const std::vector<std::size_t> &finds);
    void start_all();
    void find(std::size_t at, std::size_t whom);

    /// The process ends as by SIGKILL; the machine closes its connections.
    void crash(std::size_t i);
    /// The machine loses its power: nothing is sent any more.
    void vanish(std::size_t i);
    void leave(std::size_t i, bool for_good);
    /// The process stands still, as by SIGSTOP; its machine accepts connections and bytes.
    void pause(std::size_t i, Time time);
    /// Nothing gets from a to b.
    void block(std::size_t a, std::size_t b, bool blocked);
    void cut(std::size_t a, std::size_t b, bool cut_off);
    /// The share of packets from or to a host that are lost.
    void loss(std::size_t i, double share) {
        if (loss_.size() < hosts_.size()) loss_.resize(hosts_.size());
        loss_[i] = share;
    }
    void trouble(std::size_t i) { hosts_[i].troubled = now_; }

    void run_for(Time time) {
        run_until([] { return false; }, time);
    }
    bool run_until(const std::function<bool()> &done, Time bound);

    /// Does everybody who runs report exactly the others who run as up?
    bool converged() const;
    /// And has each pair of neighbours exactly one connection?
    bool one_link_each() const;
    std::string describe() const;

  private:
    struct Pair { // a connection; side 0 dialled
        std::size_t host[2]{};
        std::array<std::optional<LinkId>, 2> link;
        bool gone[2]{};                               // the process does not have it any more
        bool closed[2]{};                             // it was closed in order or by the machine: the other side learns that
        Time last[2]{};                               // the last arrival at the side
        std::size_t flying[2]{};                      // bytes on their way to the side
        bool stalled[2]{};                            // the side has more to write than the window lets through
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
    Time travel(std::size_t a, std::size_t b);
    bool is_open(std::size_t a, std::size_t b) const;

    void end_process(std::size_t i);
    /// The first of the pairs that are not null.
    std::uint64_t first_pair() {
        while (first_pair_ < pairs_.size() && !pairs_[first_pair_]) ++first_pair_;
        return first_pair_;
    }

    /// A side closes the connection.
    void shut(std::uint64_t id, int side);
    void send(std::uint64_t id, int side, std::string text);
    void release(std::size_t a, std::size_t b);

    void handle(const Event &event);

    void knock(std::uint64_t id);

    void after_input(std::size_t i);
    void flush(std::uint64_t id, int side);
    void report(std::size_t at, const Action &action);

  public:
    /// Something was asked of a member directly.
    void acted(std::size_t i) { after_input(i); }

  private:
    NameTable names_;
    std::mt19937_64 random_;
    unsigned degree_;
    std::deque<Host> hosts_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<std::unique_ptr<Pair>> pairs_{1};                          // by their ids; null: both sides have forgotten it
    std::uint64_t first_pair_ = 1;                                         // all before it are null
    std::vector<std::map<LinkId, std::pair<std::uint64_t, int>>> by_link_; // of each host
    std::set<std::pair<std::size_t, std::size_t>> blocked_;
    std::vector<double> loss_;
    std::priority_queue<Event> events_;
    Time now_ = 1000s;
    std::uint64_t order_ = 0;
};

} // namespace kith::mesh::test
