// SPDX-License-Identifier: MIT
#include <core/engine/standalone_discovery.hpp>

#include <core/engine/isolation_choice.hpp>

#include <core/cluster/base/status.hpp>
#include <core/cluster/membership/glob.hpp>
#include <core/cluster/membership/name_template.hpp>
#include <core/engine/configured_node_name.hpp>
#include <core/engine/plugin_instance.hpp>
#include <kith/hosting/peer_and_link_readers.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace kith::core {

namespace {

constexpr Time stop_bound = 5'000'000'000;
constexpr Time restart_initial = 1'000'000'000;
constexpr Time restart_max = 60'000'000'000;

bool matches(const std::vector<std::string> &globs, std::string_view name) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string &glob) { return glob_match(glob, name); });
}

void count(std::vector<std::pair<std::string, std::uint64_t>> &tally, std::string_view reason, std::uint64_t items) {
    const auto found = std::find_if(tally.begin(), tally.end(), [&](const auto &each) { return each.first == reason; });
    if (found == tally.end()) {
        tally.emplace_back(reason, items);
    } else {
        found->second += items;
    }
}

} // namespace

std::uint64_t DiscoveryResult::items() const {
    std::uint64_t sum = peers.size();
    for (const auto &each : left_out) sum += each.second;
    return sum;
}

std::string DiscoveryResult::why_nothing() const {
    if (!doubt.empty()) {
        const std::string though = "the strategy reported an empty set, though " + doubt;
        return reason.empty() ? though : though + "; its own reason: " + reason;
    }
    if (!reason.empty()) return reason;
    return reached ? "the source was reached and contains no peers" : "the strategy reported an empty set without a reason";
}

std::vector<std::pair<std::string, std::uint64_t>> DiscoveryResult::not_joined() const {
    std::vector<std::pair<std::string, std::uint64_t>> out;
    for (const FoundPeer &peer : peers) {
        if (!peer.left_out.empty()) count(out, peer.left_out, 1);
    }
    return out;
}

// One strategy and its reports.
struct StandaloneDiscovery::StrategyRun final : DiscoveryReceiver, InstanceOwner {
    StandaloneDiscovery &discovery;
    const Policy &policy;
    DiscoveryResult &result;
    NameTemplate name_template;
    std::string node_name;
    NodeKnowledge node;
    std::map<std::string, FoundPeer, std::less<>> peers; // by key; a later report replaces an earlier one
    std::vector<std::string> order;
    std::vector<std::pair<std::string, std::uint64_t>> left_out_next; // of the next replace or update
    std::string nothing_came;                                         // the reason
    bool answered = false;
    bool updated = false; // it has reported peers, but not that these are all
    bool in_sync = false;
    std::set<std::string, std::less<>> unconfirmed; // keys that an instance before this one has reported
    bool failed_instance = false;                   // it is to be stopped and started again
    bool settled = false;                           // a turn has passed since the plugin reported `stopped`
    Time deadline = never;                          // of the stop in progress, or of the next start
    Time backoff = restart_initial;
    PluginInstance instance;

    StrategyRun(StandaloneDiscovery &look_, World &world, Logger &logger, const Config &config, const Topology &topology,
                const Source &source, const Plugin &plugin, DiscoveryResult &result_, InstanceMaker *isolator)
        : discovery(look_),
          policy(topology.policy),
          result(result_),
          name_template(policy.name),
          node_name(configured_node_name(config, topology)),
          node{node_name, node_name.empty() ? 0U : 1U},
          instance(plugin, {"topologies." + topology.name + '.' + source.name, topology.name, source.name}, source.options,
                   isolated({.world = world, .logger = logger, .owner = this, .discovery = this, .node = &node},
                            {isolator, config.plugins, discovery.rights_}, source.isolate, plugin)) {}

    // The strategy has completed an observation. A `left_out` with 0 items is the reason of an empty set.
    void answer() { answer(KITH_OK, nothing_came); }
    void answer(std::int32_t status, std::string_view reason) {
        answered = true;
        result.status = status;
        result.reason = reason;
        // The tally counts all operations since the start, because a strategy that reports peer by peer reports often.
        result.reached = instance.tally().ended_well() != 0;
        result.doubt = instance.tally().saw_nothing() ? instance.tally().text() : "";
        if (discovery.follows()) {
            if (status == KITH_OK) {
                finish();
                backoff = restart_initial;
            }
            instance.tally().clear();
            discovery.report_(result);
        }
        discovery.engine_loop_.soon();
    }

    std::int32_t refuse(const Status &outcome) {
        answer(outcome.status, outcome.text);
        return instance.refuse(outcome.status, outcome.text);
    }

    void add(const PeerView &view) {
        FoundPeer peer{std::string(view.key), {}, {}, {}};
        for (const AttributeView &attribute : view.attributes) peer.attributes.emplace_back(attribute.name, attribute.value);
        peer.left_out = name_template.name(view, peer.name);
        if (peer.left_out.empty()) {
            if (peer.name == node_name || matches(policy.self, peer.name)) peer.left_out = "it is the local node";
            if (!policy.include.empty() && !matches(policy.include, peer.name))
                peer.left_out = "policy.include does not match it";
            if (matches(policy.exclude, peer.name)) peer.left_out = "policy.exclude excludes it";
        }
        if (!peers.contains(view.key)) order.emplace_back(view.key);
        if (const auto found = unconfirmed.find(view.key); found != unconfirmed.end()) unconfirmed.erase(found);
        peers[std::string(view.key)] = std::move(peer);
    }

    std::int32_t replace(const kith_peer *list, std::uint32_t count, std::uint32_t stride) override {
        if (discovery.stopping_) return KITH_CANCELLED;
        PeerReader reader;
        const std::int32_t status = reader.read(list, count, stride, policy.max_peers);
        if (status != KITH_OK) return refuse({status, reader.text()});
        peers.clear();
        order.clear();
        unconfirmed.clear();
        result.left_out.clear();
        take(reader);
        answer();
        return KITH_OK;
    }

    std::int32_t update(const kith_peer *list, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
                        std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count) override {
        if (discovery.stopping_) return KITH_CANCELLED;
        PeerReader reader;
        const std::int32_t status =
            reader.read_update(list, count, stride, missing, missing_count, left, left_count, policy.max_peers);
        if (status != KITH_OK) return refuse({status, reader.text()});
        for (const std::string_view key : reader.missing()) forget(key);
        for (const std::string_view key : reader.left()) forget(key);
        if (discovery.follows()) result.left_out.clear(); // those of this update
        take(reader);
        updated = true;
        if (in_sync || discovery.follows()) answer();
        return KITH_OK;
    }

    void forget(std::string_view key) {
        if (const auto found = peers.find(key); found != peers.end()) peers.erase(found);
        std::erase(order, key);
    }

    void take(const PeerReader &reader) {
        for (const PeerView &peer : reader.peers()) add(peer);
        nothing_came.clear();
        for (const auto &[reason, items] : std::exchange(left_out_next, {})) {
            if (items == 0) {
                nothing_came = reason;
            } else {
                count(result.left_out, reason, items);
            }
        }
    }

    // A gossip strategy reports each peer when it receives its heartbeat. Its observation is complete when it reports
    // `watching` in sync.
    std::int32_t watching(bool now_in_sync) override {
        in_sync = now_in_sync;
        const bool dropped = in_sync && !unconfirmed.empty();
        if (dropped) {
            for (const std::string &key : std::exchange(unconfirmed, {})) forget(key);
        }
        if (in_sync && (dropped || !answered || !discovery.follows() || result.status != KITH_OK)) answer();
        return KITH_OK;
    }
    std::int32_t heard() override { return KITH_OK; }

    std::int32_t failed(std::int32_t status, std::string_view text) override {
        if (!answered || discovery.follows()) answer(status < 0 ? status : KITH_INTERNAL, text);
        return KITH_OK;
    }

    std::int32_t left_out(std::uint32_t items, std::string_view reason) override {
        left_out_next.emplace_back(reason, items);
        return KITH_OK;
    }

    void on_stopped(PluginInstance &) override { discovery.engine_loop_.soon(); }
    void on_failed(PluginInstance &, Failure failure) override {
        failed_instance = true;
        if (!answered || discovery.follows()) answer(failure.status, failure.text);
    }
    void on_stalled(PluginInstance &, const char *, std::uint64_t) override {}
    void on_right_refused(PluginInstance &of, const std::string &text) override { of.warn("a right was refused", text); }

    void start() {
        failed_instance = in_sync = false;
        deadline = never;
        for (const std::string &key : order) unconfirmed.insert(key);
        const auto outcome = instance.start();
        if (outcome) return;
        failed_instance = !outcome.error().final;
        if (failed_instance) delay(discovery.engine_loop_.now());
        answer(outcome.error().status, outcome.error().text);
    }

    void delay(Time now) {
        deadline = later(now, backoff);
        backoff = std::min(backoff * 2, restart_max);
    }

    // Stops, destroys and starts an instance that has failed. Returns when to call it again.
    Time restart(Time now) {
        if (!failed_instance) return never;
        switch (instance.state()) {
        case PluginInstance::State::running:
            deadline = later(now, stop_bound);
            instance.stop();
            break;
        case PluginInstance::State::stopped:
            if (!std::exchange(settled, true)) { // posts that the plugin made before `stopped` are delivered first
                discovery.engine_loop_.soon();
                return never;
            }
            settled = false;
            instance.destroy();
            delay(now);
            break;
        case PluginInstance::State::stopping:
            if (now >= deadline) instance.abandon();
            break;
        case PluginInstance::State::idle:
            if (now >= deadline) start();
            break;
        case PluginInstance::State::abandoned: return never;
        }
        return deadline;
    }

    void finish() {
        result.peers.clear();
        for (const std::string &key : order) {
            if (const auto found = peers.find(key); found != peers.end()) result.peers.push_back(found->second);
        }
    }
};

StandaloneDiscovery::StandaloneDiscovery(World &world, Logger &logger, const Config &config, const Registry &registry,
                                         std::string_view topology_name, InstanceMaker *isolator)
    : engine_loop_(
          world, [this] { act(); }, [] {}),
      rights_(config) {
    const auto chosen = [&](const Topology &topology) { return topology_name.empty() || topology.name == topology_name; };
    std::size_t count = 0;
    for (const Topology &topology : config.topologies) count += chosen(topology) ? topology.sources.size() : 0;
    results_.reserve(count); // the runs hold references to its elements
    for (const Topology &topology : config.topologies) {
        if (!chosen(topology)) continue;
        for (const Source &source : topology.sources) {
            DiscoveryResult &result = results_.emplace_back();
            result.topology = topology.name;
            result.source = source.name;
            result.strategy = source.plugin;
            runs_.push_back(std::make_unique<StrategyRun>(*this, world, logger, config, topology, source,
                                                          *registry.find(KITH_KIND_STRATEGY, source.plugin), result, isolator));
        }
    }
}

StandaloneDiscovery::~StandaloneDiscovery() = default;

void StandaloneDiscovery::start(Time patience, std::function<void()> done) { watch(patience, nullptr, std::move(done)); }

void StandaloneDiscovery::watch(Time patience, std::function<void(const DiscoveryResult &)> report,
                                std::function<void()> done) {
    report_ = std::move(report);
    done_ = std::move(done);
    until_ = later(engine_loop_.now(), patience);
    for (auto &run : runs_) run->start();
    engine_loop_.soon();
}

void StandaloneDiscovery::stop() {
    until_ = 0;
    ending_ = true;
    engine_loop_.soon();
}

void StandaloneDiscovery::act() {
    if (!done_) return;
    const Time now = engine_loop_.now();
    if (follows() && now >= until_) expire();
    const bool all = std::all_of(runs_.begin(), runs_.end(), [](const auto &run) { return run->answered; });
    if (!stopping_ && !follows() && (all || now >= until_)) {
        stopping_ = true;
        until_ = later(now, stop_bound);
        for (auto &run : runs_) {
            if (!run->answered && run->updated) run->answer(); // the peers reported so far
            if (!run->answered) run->answer(KITH_TIMED_OUT, "it did not answer in time");
            run->finish();
            if (run->instance.running()) run->instance.stop();
        }
    }
    if (stopping_ && stopped(now)) {
        engine_loop_.at(never);
        std::exchange(done_, nullptr)();
        return;
    }
    Time next = until_;
    if (follows()) {
        for (auto &run : runs_) next = std::min(next, run->restart(now));
    }
    engine_loop_.at(next);
}

// The time limit of the first observation is over.
void StandaloneDiscovery::expire() {
    until_ = never;
    for (auto &run : runs_) {
        if (!run->answered) run->answer(KITH_TIMED_OUT, "it has not answered in time yet");
    }
}

bool StandaloneDiscovery::stopped(Time now) {
    bool ended = true;
    for (auto &run : runs_) {
        if (run->instance.state() == PluginInstance::State::stopped) run->instance.destroy();
        if (run->instance.state() == PluginInstance::State::stopping && now >= until_) run->instance.abandon();
        ended = ended && run->instance.state() != PluginInstance::State::stopping;
    }
    return ended;
}

} // namespace kith::core
