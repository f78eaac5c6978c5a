// SPDX-License-Identifier: MIT
//
// mesh_many_members [COUNT [SEED]]
//
// So many members (10,000) of one mesh, in one process over simulated time: all start at once, from nothing, with names of all the others;
// then one machine after the other vanishes, one process after the other crashes, and the last one starts again. Prints what it took, in time
// and memory, and the graph of the links. Exit 1: a member is not known everywhere, a healthy one was down anywhere, or a goal of README.md is
// missed.
#include "simulated_mesh.hpp"

#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

using namespace kith::mesh;
using namespace kith::mesh::test;

namespace {

double ms(Time time) { return static_cast<double>(time.count()) / 1e6; }

Time at_percent(std::vector<Time> &times, std::size_t percent) {
    if (times.empty()) return Time::max();
    std::ranges::sort(times);
    return times[(times.size() * percent + 99) / 100 - 1];
}

/// The links between members, and which of them are there.
struct Graph {
    std::vector<std::vector<NodeId>> links;
    std::vector<bool> present;

    struct Reach {
        std::size_t members;
        unsigned hops;
        NodeId farthest;
    };
    [[nodiscard]] Reach reach(NodeId from) const {
        std::vector<bool> seen(links.size());
        std::vector<NodeId> queue{from};
        std::vector<unsigned> hops{0};
        seen[from] = true;
        for (std::size_t at = 0; at < queue.size(); ++at) {
            for (const NodeId to : links[queue[at]]) {
                if (seen[to] || !present[to]) continue;
                seen[to] = true;
                queue.push_back(to);
                hops.push_back(hops[at] + 1);
            }
        }
        return {queue.size(), hops.back(), queue.back()};
    }
};

class Trial {
  public:
    Trial(std::size_t count, std::uint64_t seed) : mesh_(count, seed), count_(count), linked_(count) {
        mesh_.keep_reports = false;
        mesh_.window = 16384; // about what TCP sends before the first acknowledgement
        mesh_.on_change = [this](std::size_t at, std::size_t about, bool up) { changed(at, about, up); };
    }

    bool run() {
        start();
        measure_graph();
        for (int i = 0; i < trials; ++i)
            lose(
                "vanished", [this](std::size_t who) { mesh_.vanish(who); }, 3s, 4s);
        for (int i = 0; i < trials; ++i)
            lose(
                "crashed", [this](std::size_t who) { mesh_.crash(who); }, 50ms, 500ms);
        start_again();
        spent("end");
        return good_;
    }

  private:
    static constexpr int trials = 3;

    void changed(std::size_t at, std::size_t about, bool up) {
        if (up) {
            ++known_;
            if (about == lost_) lost_after_.push_back(mesh_.now() - lost_at_);
        } else if (about == lost_) {
            lost_after_.push_back(mesh_.now() - lost_at_);
            if (neighbours_.contains(static_cast<NodeId>(at))) near_after_.push_back(mesh_.now() - lost_at_);
        } else {
            expect(false, mesh_.host(about).name + " is down at " + mesh_.host(at).name + " and is not lost");
        }
    }

    void expect(bool good, const std::string &what) {
        if (!good) std::printf("MISSED: %s\n", what.c_str());
        good_ = good_ && good;
    }

    void spent(const char *after) {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto seconds = [](const timeval &time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
        std::printf(
            "%s: %.1f s of wall time, %.1f s of CPU, %.2f GB at most; simulated %.3f s, %.1f million events, %.2f GB sent\n",
            after, wall, seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1048576,
            ms(mesh_.now() - started_) / 1e3, static_cast<double>(mesh_.events) / 1e6, static_cast<double>(mesh_.bytes) / 1e9);
        std::fflush(stdout);
        expect(usage.ru_maxrss <= 8L << 20, "at most 8 GB");
    }

    /// Has everybody a link with each of those who are its neighbours on the rings?
    bool all_linked() {
        std::vector<NodeId> neighbours;
        for (; linked_ > 0; --linked_) {
            const Member &member = mesh_.member(linked_ - 1);
            neighbours.clear();
            member.membership().neighbours(neighbours);
            if (!std::ranges::all_of(neighbours, [&](NodeId id) { return member.direct(mesh_.host(id).name); })) return false;
        }
        return true;
    }

    void start() {
        started_ = mesh_.now();
        mesh_.start_all();
        spent("started");
        Time links{-1}, known{-1};
        while ((links < 0s || known < 0s) && mesh_.now() < started_ + 60s) {
            mesh_.run_for(5ms);
            if (links < 0s && all_linked()) links = mesh_.now() - started_;
            if (known < 0s && known_ == count_ * (count_ - 1)) known = mesh_.now() - started_;
        }
        expect(links >= 0s && known >= 0s, "all links and all members within a minute");
        std::printf("simulated time until all links are up: %.0f ms; until everybody knows everybody: %.0f ms\n", ms(links),
                    ms(known));
        spent("formed");
        mesh_.run_for(10s);
        spent("10 s later");
    }

    void measure_graph() {
        Graph graph{{}, std::vector<bool>(count_, true)};
        std::vector<std::size_t> degrees;
        for (std::size_t i = 0; i < count_; ++i) {
            graph.links.push_back(mesh_.member(i).linked());
            degrees.push_back(graph.links.back().size());
        }
        std::ranges::sort(degrees);
        unsigned diameter = 0;
        const auto measure = [&](NodeId from) {
            const auto reach = graph.reach(from);
            expect(reach.members == count_, "everybody is reached");
            diameter = std::max(diameter, reach.hops);
            return reach.farthest;
        };
        NodeId far = 0;
        for (int i = 0; i < 100; ++i) far = measure(static_cast<NodeId>(mesh_.draw(count_)));
        for (int i = 0; i < 2; ++i) far = measure(far);
        std::printf("links of a member: %zu to %zu, median %zu; diameter from 100 members and from the farthest: %u\n",
                    degrees.front(), degrees.back(), degrees[count_ / 2], diameter);
        expect(degrees.back() <= 16 && diameter <= 6, "at most 16 links, and a diameter of at most 6");
        for (int draw = 0; draw < 10; ++draw) {
            graph.present.assign(count_, true);
            std::size_t left = count_;
            while (left > count_ - count_ / 5) {
                const std::size_t i = mesh_.draw(count_);
                left -= graph.present[i] ? 1U : 0U;
                graph.present[i] = false;
            }
            const auto first = static_cast<NodeId>(std::ranges::find(graph.present, true) - graph.present.begin());
            expect(graph.reach(first).members == left, "connected after the loss of 20 %");
        }
        std::printf("connected after the loss of 20 %%, before any new link: %s of 10 draws\n", good_ ? "all" : "not all");
    }

    template <class Lose>
    void lose(const char *how, const Lose &lose, Time near_goal, Time goal) {
        do {
            lost_ = mesh_.draw(count_);
        } while (!mesh_.running(lost_));
        neighbours_ = {};
        for (const NodeId id : mesh_.member(lost_).linked()) neighbours_.insert(id);
        lost_at_ = mesh_.now();
        lost_after_.clear();
        near_after_.clear();
        lose(lost_);
        --left_;
        mesh_.run_for(5s + Time(static_cast<std::int64_t>(mesh_.draw(1'500'000'000)))); // whatever the heartbeats are doing
        const Time near = at_percent(near_after_, 99), everywhere = at_percent(lost_after_, 99),
                   last = at_percent(lost_after_, 100);
        std::printf(
            "%s: down at its %zu neighbours after %.0f ms (99 %%), everywhere after %.0f ms (99 %%), %.0f ms (all %zu)\n", how,
            near_after_.size(), ms(near), ms(everywhere), ms(last), lost_after_.size());
        expect(lost_after_.size() == left_, "it is down everywhere");
        expect(near <= near_goal && everywhere <= goal, "it is known in time");
        last_lost_ = std::exchange(lost_, SIZE_MAX);
    }

    void start_again() {
        const std::uint64_t bytes = mesh_.bytes;
        std::vector<std::size_t> everybody;
        for (std::size_t i = 0; i < count_; ++i) everybody.push_back(i);
        lost_ = last_lost_;
        lost_at_ = mesh_.now();
        lost_after_.clear();
        mesh_.start(lost_, everybody);
        const bool knows = mesh_.run_until([this] { return mesh_.host(lost_).up.size() == left_; }, 10s);
        const Time knew = mesh_.now() - lost_at_;
        mesh_.run_for(5s);
        std::printf("started again: knows everybody after %.0f ms, is known everywhere after %.0f ms; %.1f MB sent in the mesh "
                    "until 5 s later\n",
                    ms(knew), ms(at_percent(lost_after_, 100)), static_cast<double>(mesh_.bytes - bytes) / 1e6);
        expect(knows && lost_after_.size() == left_, "it is up everywhere");
    }

    SimulatedMesh mesh_;
    std::size_t count_, linked_; // linked_: members of whom it is not known yet that they have all links
    std::size_t left_ = count_;
    std::uint64_t known_ = 0;
    std::size_t lost_ = SIZE_MAX, last_lost_ = SIZE_MAX;
    NodeSet neighbours_; // of the lost one
    Time started_{}, lost_at_{};
    std::vector<Time> lost_after_, near_after_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    bool good_ = true;
};

} // namespace

int main(int argc, char **argv) {
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10000;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    if (count < 20 || count > 20000) {
        std::fprintf(stderr, "mesh_many_members: COUNT: expected 20 to 20000\n");
        return 2;
    }
    std::printf("%zu members, seed %llu\n", count, static_cast<unsigned long long>(seed));
    return Trial(count, seed).run() ? 0 : 1;
}
