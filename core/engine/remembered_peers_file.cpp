// SPDX-License-Identifier: MIT
#include <core/engine/remembered_peers_file.hpp>

#include <kith/hosting/peer_and_link_readers.hpp>
#include <kith/result.hpp>
#include <kith/service/log.h>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

constexpr std::int64_t millisecond = 1'000'000; // in nanoseconds

} // namespace

RememberedPeersFile::RememberedPeersFile(World &world, Logger &logger, EngineLoop &engine_loop, LiveTopology &topology,
                                         std::string path, std::vector<Origin> origins)
    : file_(world, logger, *this, std::move(path), "topologies." + std::string(topology.name())),
      engine_loop_(engine_loop),
      topology_(topology),
      origins_(std::move(origins)) {}

// ---- at the start ----

void RememberedPeersFile::start() {
    state_ = State::reading;
    file_.read(remembered_peers_size_limit);
}

void RememberedPeersFile::was_read(std::int32_t status, std::string_view reason, std::string_view bytes,
                                   const kith_file_info *info) {
    if (state_ != State::reading || stop_until_ != never) return;
    state_ = State::resting;
    engine_loop_.soon();
    if (status == KITH_NOT_FOUND) return;
    const auto refuse = [&](std::string_view why) {
        file_.log(KITH_LOG_WARNING, "the peers from before the restart are not used", why);
    };
    if (status != KITH_OK) return refuse(reason);
    if (const char *untrusted = StateFile::untrusted(info); untrusted != nullptr) return refuse(untrusted);
    const auto known = read_remembered_peers(bytes);
    if (!known) return refuse("the file is damaged: " + known.error().text);
    restore(*known);
}

void RememberedPeersFile::restore(const RememberedTopology &known) {
    const auto pass_over = [&](std::string_view source, std::string_view reason) {
        file_.log(KITH_LOG_INFO, "the peers from before the restart are not used",
                  std::string(source) + ": " + std::string(reason));
    };
    if (known.name != topology_.name()) return pass_over(known.name, "this is another topology");
    for (const RememberedSource &source : known.sources) {
        const auto origin =
            std::find_if(origins_.begin(), origins_.end(), [&](const Origin &each) { return each.name == source.name; });
        if (origin == origins_.end()) {
            pass_over(source.name, "the topology has no such strategy any more");
        } else if (const std::string reason = refusal(source, *origin); !reason.empty()) {
            pass_over(source.name, reason);
        } else {
            const std::int64_t age = std::max<std::int64_t>(engine_loop_.wall() / millisecond - source.seen, 0);
            hold(static_cast<SourceId>(origin - origins_.begin()), source, static_cast<Time>(age * millisecond));
        }
    }
}

// Why the stored peers of a source are not used; empty: they are used.
std::string RememberedPeersFile::refusal(const RememberedSource &source, const Origin &origin) const {
    if (source.strategy != origin.strategy || source.config != origin.config) return "its configuration has changed";
    const std::int64_t now = engine_loop_.wall() / millisecond;
    if (source.seen < 0) return "their time is before 1970";
    if (source.seen > now + tolerance) return "they are of the future; possibly the clock was set back meanwhile";
    if (now - source.seen > oldest) return "they were last known more than 24 hours ago";
    return {};
}

void RememberedPeersFile::hold(SourceId source, const RememberedSource &known, Time age) {
    std::vector<kith_attribute> attributes;
    std::size_t count = 0;
    for (const RememberedPeer &peer : known.peers) count += peer.attributes.size();
    attributes.reserve(count);
    std::vector<kith_peer> peers;
    for (const RememberedPeer &peer : known.peers) {
        const kith_attribute *first = attributes.data() + attributes.size();
        for (const auto &[name, value] : peer.attributes) attributes.push_back({str(name), str(value)});
        peers.push_back({str(peer.key), str(peer.name), first, static_cast<std::uint32_t>(peer.attributes.size()), 0, 0});
    }
    PeerReader reader(engine_loop_.random_seed());
    if (reader.read(peers.data(), static_cast<std::uint32_t>(peers.size()), sizeof(kith_peer)) != KITH_OK)
        return file_.log(KITH_LOG_WARNING, "the peers from before the restart are not used", known.name + ": " + reader.text());
    topology_.remember(source, reader.peers(), age, engine_loop_.now());
}

// ---- from then on ----

void RememberedPeersFile::advance(Time now) {
    if (state_ != State::resting || stop_until_ != never) return;
    if (topology_.revision() != revision_ && due_ == never) due_ = std::max(later(now, batch), rested_);
    if (std::min(due_, renew_) <= now) write(now);
}

Time RememberedPeersFile::next_deadline() const {
    if (state_ == State::resting && stop_until_ == never) return std::min(due_, renew_);
    return state_ == State::writing ? stop_until_ : never;
}

std::string RememberedPeersFile::render(Time now) {
    RememberedPeersWriter writer(topology_.name());
    bool any = false;
    for (std::uint32_t i = 0; i < origins_.size(); ++i) {
        const SourceId source{i};
        const Origin &origin = origins_[i];
        const auto age = topology_.known_age(source, now);
        if (!age) continue;
        any = true;
        writer.source(origin.name, origin.strategy, origin.config,
                      (engine_loop_.wall() - static_cast<std::int64_t>(*age)) / millisecond);
        topology_.each_known(source, [&](const PeerView &peer) { writer.peer(peer); });
    }
    rested_ = later(now, pause + writer.peers() / 1000 * pause_for_1000);
    if (writer.left_out() != 0 && !std::exchange(crowded_, true)) {
        file_.log(KITH_LOG_WARNING, "not all peers are kept for a restart",
                  std::to_string(writer.left_out()) + " have no room in 16 MiB; the others are kept");
    }
    return any ? writer.finish() : std::string();
}

void RememberedPeersFile::write(Time now) {
    due_ = never;
    renew_ = later(now, renewal);
    revision_ = topology_.revision();
    const std::string text = render(now);
    std::string sum = sum_of(text);
    if (text.empty() || sum == sum_) return;
    sum_ = std::move(sum);
    begin_write(text);
}

void RememberedPeersFile::stop(Time now) {
    if (stop_until_ != never) return;
    stop_until_ = later(now, stop_bound);
    if (state_ != State::resting && state_ != State::writing) return;
    last_ = render(now);
    if (sum_of(last_) == sum_) last_.clear();
    if (state_ == State::resting && !last_.empty()) begin_write(std::exchange(last_, {}));
}

void RememberedPeersFile::begin_write(const std::string &text) {
    state_ = State::writing;
    file_.write(text);
}

void RememberedPeersFile::was_written(std::int32_t status, std::string_view reason) {
    if (state_ != State::writing) return;
    state_ = State::resting;
    engine_loop_.soon();
    if (!last_.empty()) return begin_write(std::exchange(last_, {}));
    if (status == KITH_OK) {
        if (!std::exchange(complaint_, {}).empty()) file_.log(KITH_LOG_INFO, "peers are kept for a restart again", {});
        return;
    }
    sum_.clear();
    due_ = std::max(later(engine_loop_.now(), retry), rested_);
    if (reason == complaint_) return;
    complaint_ = reason;
    file_.log(KITH_LOG_WARNING, "peers cannot be kept for a restart", reason);
}

} // namespace kith::core
