// SPDX-License-Identifier: MIT
#include <core/engine/override_file.hpp>

#include <core/cluster/events/event.hpp>
#include <kith/service/log.h>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

constexpr std::int64_t wall_unit = 1'000'000; // nanoseconds in the unit of the file

const boost::json::value *member_of(const boost::json::value &object, std::string_view name) {
    const auto *fields = object.if_object();
    return fields == nullptr ? nullptr : fields->if_contains(boost::json::string_view(name.data(), name.size()));
}

bool read_time(const boost::json::value &object, std::string_view name, std::int64_t &out) {
    const auto *found = member_of(object, name);
    if (found == nullptr || !found->is_int64() || found->get_int64() < 0) return false;
    out = found->get_int64();
    return true;
}

bool read_text(const boost::json::value &object, std::string_view name, std::string &out) {
    const auto *found = member_of(object, name);
    if (found == nullptr || !found->is_string()) return false;
    out.assign(found->get_string().data(), found->get_string().size());
    return true;
}

} // namespace

std::string write_overrides(std::string_view topology, const StoredOverrides &overrides) {
    std::string text = R"({"kith":"overrides","v":1,"topology":)";
    append_json_string(text, topology);
    text += ",\"paused_until\":" + std::to_string(overrides.paused_until) + ",\"held\":[";
    for (const auto &held : overrides.held) {
        text += text.back() == '[' ? "{\"peer\":" : ",{\"peer\":";
        append_json_string(text, held.peer);
        text += ",\"until\":" + std::to_string(held.until) + '}';
    }
    return text + "]}\n";
}

std::optional<StoredOverrides> read_overrides(std::string_view topology, std::string_view text, std::string &why) {
    const auto no = [&](std::string_view what) {
        why = what;
        return std::nullopt;
    };
    boost::system::error_code error;
    const boost::json::value root = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    if (error) return no("it is not JSON: " + error.message());
    std::string kind, name;
    std::int64_t version = 0;
    if (!read_text(root, "kith", kind) || kind != "overrides" || !read_time(root, "v", version))
        return no("it is no file of overrides");
    if (version != 1) return no("its version is " + std::to_string(version) + ", and 1 is known here");
    if (!read_text(root, "topology", name) || name != topology) return no("it is of another topology");
    StoredOverrides out;
    const auto *held = member_of(root, "held");
    if (!read_time(root, "paused_until", out.paused_until) || held == nullptr || !held->is_array())
        return no("paused_until and held are expected");
    for (const auto &one : held->get_array()) {
        StoredOverrides::Held peer;
        if (!read_text(one, "peer", peer.peer) || peer.peer.empty() || !read_time(one, "until", peer.until))
            return no("a held peer has no name or no time");
        out.held.push_back(std::move(peer));
    }
    return out;
}

OverrideFile::OverrideFile(World &world, Logger &logger, EngineLoop &engine_loop, LiveTopology &topology, std::string path)
    : file_(world, logger, *this, std::move(path), "topologies." + std::string(topology.name())),
      engine_loop_(engine_loop),
      topology_(topology) {}

// ---- at the start ----

void OverrideFile::start() {
    topology_.withhold();
    state_ = State::reading;
    read_until_ = later(engine_loop_.now(), read_bound);
    file_.read(limit);
}

void OverrideFile::was_read(std::int32_t status, std::string_view reason, std::string_view bytes, const kith_file_info *info) {
    if (state_ != State::reading || stop_until_ != never) return;
    state_ = State::resting;
    read_until_ = never;
    exists_ = status != KITH_NOT_FOUND;
    StoredOverrides stored;
    if (status == KITH_OK) {
        stored = accept(bytes, info);
    } else if (exists_ && status != KITH_UNSUPPORTED) {
        file_.log(KITH_LOG_WARNING, "orders of before the restart are not known", reason);
    }
    const std::uint64_t before = topology_.overrides().revision(); // what was ordered while the file was read is written
    restore(stored);
    if (before == 0) written_ = topology_.overrides().revision();
    engine_loop_.soon();
}

StoredOverrides OverrideFile::accept(std::string_view bytes, const kith_file_info *info) {
    std::string why;
    std::optional<StoredOverrides> stored;
    if (const char *untrusted = StateFile::untrusted(info); untrusted != nullptr) {
        why = untrusted;
    } else {
        stored = read_overrides(topology_.name(), bytes, why);
    }
    if (!stored) file_.log(KITH_LOG_WARNING, "orders of before the restart are not used", why);
    return stored.value_or(StoredOverrides{});
}

void OverrideFile::restore(const StoredOverrides &stored) {
    const Time now = engine_loop_.now();
    const std::int64_t wall = engine_loop_.wall() / wall_unit;
    // A clock that was set back makes nothing last longer than it can be ordered for.
    const auto monotonic = [&](std::int64_t until) -> Time {
        if (until <= wall) return 0;
        const Time left = static_cast<Time>(until - wall);
        return later(now, std::min(left, Order::longest / static_cast<Time>(wall_unit)) * static_cast<Time>(wall_unit));
    };
    std::vector<LiveTopology::HeldPeer> held;
    for (const auto &one : stored.held) held.push_back({one.peer, monotonic(one.until)});
    topology_.restore(monotonic(stored.paused_until), held, "kith started", now);
}

// ---- from then on ----

StoredOverrides OverrideFile::present() const {
    const Time now = engine_loop_.now();
    const std::int64_t wall = engine_loop_.wall() / wall_unit;
    const auto wall_of = [&](Time until) {
        return until <= now ? wall : wall + static_cast<std::int64_t>((until - now) / 1'000'000);
    };
    StoredOverrides stored;
    if (topology_.overrides().paused()) stored.paused_until = wall_of(topology_.overrides().paused_until());
    topology_.overrides().each_hold([&](std::string_view name, Time until) {
        stored.held.push_back({std::string(name), wall_of(until)});
    });
    return stored;
}

void OverrideFile::advance(Time now) {
    if (read_until_ <= now) {
        read_until_ = never;
        file_.log(KITH_LOG_WARNING, "orders of before the restart are not known yet", "the file has not been read for 2 s");
        topology_.restore(0, std::span<const LiveTopology::HeldPeer>{}, {}, now);
    }
    if (state_ == State::resting && stop_until_ == never && topology_.overrides().revision() != written_ && now >= write_at_)
        write(now);
}

Time OverrideFile::next_deadline() const {
    if (state_ == State::reading) return read_until_;
    if (state_ == State::writing) return stop_until_;
    if (state_ == State::idle || stop_until_ != never || topology_.overrides().revision() == written_) return never;
    return write_at_;
}

void OverrideFile::stop(Time now) {
    if (stop_until_ != never) return;
    stop_until_ = later(now, stop_bound);
    if (state_ == State::resting && topology_.overrides().revision() != written_) write(now);
}

void OverrideFile::write(Time now) {
    written_ = topology_.overrides().revision();
    write_at_ = later(now, retry);
    const StoredOverrides stored = present();
    if (!stored.any() && !exists_) return;
    const std::string text = write_overrides(topology_.name(), stored);
    state_ = State::writing;
    file_.write(text);
}

void OverrideFile::was_written(std::int32_t status, std::string_view reason) {
    if (state_ != State::writing) return;
    state_ = State::resting;
    engine_loop_.soon();
    if (status == KITH_OK) {
        exists_ = true;
        complained_ = false;
        write_at_ = 0;
        return;
    }
    written_ = ~std::uint64_t{0}; // tried again at write_at_
    if (!std::exchange(complained_, true)) file_.log(KITH_LOG_WARNING, "orders cannot be kept for a restart", reason);
}

} // namespace kith::core
