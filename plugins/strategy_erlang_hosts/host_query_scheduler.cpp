// SPDX-License-Identifier: MIT
#include "host_query_scheduler.hpp"

#include <kith/pace.hpp>

#include <algorithm>
#include <utility>

namespace erlang_hosts {

struct HostQueryScheduler::Host {
    enum class State : std::uint8_t { unknown, good, bad };

    Host(std::string_view host, Time interval) : name(host), pace(interval) {}

    const std::string name;
    State state = State::unknown;
    bool doubtful = false;    // whether it was doubtful when its query was queued
    bool told_bad = false;    // the last report listed it as failed
    std::uint64_t ticket = 0; // of its query; 0: none
    kith::error why;
    Time due{0};
    kith::pace pace;
    std::vector<kith::peer> peers; // of its last reply
    std::uint32_t tools = 0, invalid_names = 0, unmatched = 0;
};

namespace {

constexpr std::size_t shown = 3; // maximum number of hosts in one message

// Counts reasons and collects the first few.
class Reasons {
  public:
    void add(std::string_view text) {
        if (count_++ < shown) (text_ += count_ == 1 ? "" : "; ") += text;
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::string text() const {
        return count_ <= shown ? text_ : text_ + "; and " + std::to_string(count_ - shown) + " more";
    }

  private:
    std::size_t count_ = 0;
    std::string text_;
};

} // namespace

HostQueryScheduler::HostQueryScheduler(Time interval, std::optional<Glob> match, std::function<Time(Time)> jitter)
    : interval_(interval), match_(std::move(match)), jitter_(std::move(jitter)) {}

HostQueryScheduler::~HostQueryScheduler() = default;

std::vector<std::string> HostQueryScheduler::set(std::span<const std::string> hosts, Time now) {
    std::vector<std::unique_ptr<Host>> before = std::exchange(hosts_, {});
    std::unordered_map<std::string_view, std::unique_ptr<Host> *> known;
    for (auto &host : before) known.emplace(host->name, &host);
    by_name_.clear();
    for (const std::string &name : hosts) {
        const auto found = known.find(name);
        hosts_.push_back(found != known.end() ? std::move(*found->second) : std::make_unique<Host>(name, interval_));
        by_name_.emplace(hosts_.back()->name, hosts_.back().get());
    }
    std::vector<std::string> left;
    for (const auto &host : before) {
        if (!host) continue;
        for (const auto &peer : host->peers) left.push_back(peer.key);
        if (host->state == Host::State::good) --good_;
        if (host->ticket != 0) --open_[host->doubtful ? 1 : 0];
        due_.erase({host->due, host->name});
    }
    mark_unreported(now);
    return left;
}

void HostQueryScheduler::begin(Which which, Time now) {
    while (!due_.empty() && due_.begin()->first <= now) enqueue(*by_name_.at(due_.begin()->second), true);
    if (which == Which::due) return;
    for (const auto &host : hosts_) {
        if (host->ticket == 0 && (which == Which::all || host->state != Host::State::bad)) enqueue(*host, false);
    }
    if (which == Which::all) mark_unreported(now);
}

void HostQueryScheduler::enqueue(Host &host, bool doubtful) {
    due_.erase({host.due, host.name});
    host.doubtful = doubtful;
    host.ticket = ++ticket_;
    waiting_[doubtful ? 1 : 0].push_back({host.name, host.ticket, doubtful});
    ++open_[doubtful ? 1 : 0];
}

std::optional<HostQueryScheduler::Query> HostQueryScheduler::next() {
    for (const std::size_t kind : {0U, 1U}) {
        while (!waiting_[kind].empty() && running_[kind] < slots) {
            Query job = std::move(waiting_[kind].front());
            waiting_[kind].pop_front();
            const auto found = by_name_.find(job.host);
            if (found == by_name_.end() || found->second->ticket != job.ticket) continue; // no longer in the file
            ++running_[kind];
            return job;
        }
    }
    return std::nullopt;
}

// Null: the host is no longer in the file.
HostQueryScheduler::Host *HostQueryScheduler::of(const Query &job) {
    --running_[job.doubtful ? 1 : 0];
    const auto found = by_name_.find(job.host);
    if (found == by_name_.end() || found->second->ticket != job.ticket) return nullptr;
    found->second->ticket = 0;
    --open_[job.doubtful ? 1 : 0];
    return found->second;
}

void HostQueryScheduler::answered(const Query &job, const epmd_names::Reply &reply, Time now) {
    Host *const host = of(job);
    if (host == nullptr) return;
    if (host->state != Host::State::good) ++good_;
    host->state = Host::State::good;
    host->pace.good();
    host->peers.clear();
    host->tools = reply.tools;
    host->invalid_names = reply.invalid_names;
    host->unmatched = 0;
    for (const auto &[alive, port] : reply.names) {
        std::string name = alive + '@' + host->name;
        if (match_ && !match_->matches(name)) {
            ++host->unmatched;
            continue;
        }
        host->peers.push_back(
            {.key = name, .name = name, .attributes = {{"host", host->name}, {"port", std::to_string(port)}}});
    }
    mark_unreported(now);
}

void HostQueryScheduler::failed(const Query &job, kith::error why, Time now) {
    Host *const host = of(job);
    if (host == nullptr) return;
    if (host->state == Host::State::good) --good_;
    if (host->state != Host::State::bad || good_ == 0) mark_unreported(now);
    host->state = Host::State::bad;
    host->why = std::move(why);
    host->due = now + jitter_(host->pace.bad());
    due_.emplace(host->due, host->name);
}

std::optional<Time> HostQueryScheduler::next_due() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::optional<Time> HostQueryScheduler::report_at() const {
    if (!unreported_since_) return std::nullopt;
    // While a reply is possible, it is not known whether all hosts fail.
    if (good_ == 0) return open_[0] + open_[1] == 0 ? unreported_since_ : std::nullopt;
    return open_[0] == 0 ? *unreported_since_ : *unreported_since_ + slow_host_limit;
}

Report HostQueryScheduler::take_report() {
    unreported_since_.reset();
    Report out;
    Reasons reasons;
    for (const auto &host : hosts_) {
        const bool bad = host->state == Host::State::bad;
        if (bad) reasons.add(host->why.text);
        if (host->state == Host::State::unknown) reasons.add("EPMD on " + host->name + " has not replied yet");
        if (bad && !host->told_bad) out.lost.push_back(host->why.text);
        if (!bad && host->told_bad) out.found.push_back(host->name);
        host->told_bad = bad;
    }
    if (good_ == 0 && !hosts_.empty()) {
        const auto first = std::ranges::find(hosts_, Host::State::bad, [](const auto &host) { return host->state; });
        const std::string all = hosts_.size() == 1 ? "the only host of the file"
                                                   : "none of the " + std::to_string(hosts_.size()) + " hosts of the file";
        const std::string could = hosts_.size() == 1 ? " could not be queried: " : " could be queried: ";
        out.failed.emplace(first == hosts_.end() ? KITH_UNAVAILABLE : (*first)->why.status, all + could + reasons.text());
        return out;
    }
    out.unasked = static_cast<std::uint32_t>(reasons.count());
    out.unasked_why = reasons.text();
    for (const auto &host : hosts_) {
        out.peers.insert(out.peers.end(), host->peers.begin(), host->peers.end());
        out.tools += host->tools;
        out.invalid_names += host->invalid_names;
        out.unmatched += host->unmatched;
    }
    return out;
}

} // namespace erlang_hosts
