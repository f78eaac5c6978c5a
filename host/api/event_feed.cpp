// SPDX-License-Identifier: MIT
#include "event_feed.hpp"

#include <core/cluster/membership/glob.hpp>
#include <kith/hosting/event_kind.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t feed_batch = 64;
constexpr std::uint64_t lost_bit = std::uint64_t{1} << KITH_EVENT_EVENTS_LOST;

struct EventId {
    std::string_view run;
    std::uint64_t seq = 0;
};

std::optional<EventId> parse_event_id(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot > 32) return std::nullopt;
    EventId id{text.substr(0, dot), 0};
    const auto word = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (!std::all_of(id.run.begin(), id.run.end(), word)) return std::nullopt;
    const std::string_view digits = text.substr(dot + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id.seq);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return id;
}

} // namespace

std::optional<std::uint64_t> kinds_of(std::string_view globs) {
    std::uint64_t mask = 0;
    while (!globs.empty()) {
        const std::size_t end = std::min(globs.find(','), globs.size());
        const std::string_view glob = globs.substr(0, end);
        std::uint64_t matched = 0;
        for (std::uint32_t kind = 0; kind < core::event_kinds; ++kind) {
            if (core::glob_match(glob, event_kind_name(kind))) matched |= std::uint64_t{1} << kind;
        }
        if (matched == 0) return std::nullopt;
        mask |= matched;
        globs.remove_prefix(std::min(end + 1, globs.size()));
    }
    return mask == 0 ? std::nullopt : std::optional(mask);
}

bool is_event_id(std::string_view text) { return parse_event_id(text).has_value(); }

EventFeed::EventFeed(const ApiContext &context, FeedQuery query)
    : bus_(*context.bus), run_(context.run), wall_(context.view().wall), query_(std::move(query)) {
    if (!query_.lines) beginning_ = ": kith " + context.version + ", run " + run_ + "\n\n";
    core::Subscription subscription;
    subscription.mask = query_.kinds | lost_bit;
    subscription.limit = ~std::uint32_t{0}; // the ring is the bound
    if (!query_.after.empty()) {
        resume();
        subscription.after = parse_event_id(query_.after)->seq;
    }
    subscription.notify = [post = context.post, weak = std::weak_ptr(ready_)] {
        post([weak] {
            if (const auto ready = weak.lock(); ready && *ready) (*ready)();
        });
    };
    subscriber_ = bus_.subscribe(std::move(subscription));
}

EventFeed::~EventFeed() { bus_.unsubscribe(subscriber_); }

// What lies between the client's last event and the oldest one that is kept is lost to it. Leaves in `after` the id that goes before the first
// event that it gets.
void EventFeed::resume() {
    const EventId id = *parse_event_id(query_.after);
    const auto &kept = bus_.kept();
    const std::uint64_t before = (kept.empty() ? bus_.last_seq() + 1 : kept.front()->seq()) - 1;
    const bool same = id.run == run_ && id.seq <= bus_.last_seq();
    if (same && id.seq >= before) return;
    core::Event event;
    event.kind = KITH_EVENT_EVENTS_LOST;
    event.reason = same ? "they are not kept any more; GET /v1/state shows what is so now"
                        : "kith was started anew since, and what followed that event in its former run is lost too; "
                          "GET /v1/state shows what is so now";
    const core::EventCount count{"lost", same ? before - id.seq : before};
    event.counts = {&count, 1};
    std::string json;
    core::append_json(json, event, before, wall_);
    query_.after = run_ + '.' + std::to_string(before);
    write(beginning_, before, json);
}

void EventFeed::write(std::string &out, std::uint64_t seq, std::string_view json) const {
    if (query_.lines) {
        out.append(json).append(1, '\n');
        return;
    }
    out.append("id: ").append(run_).append(1, '.').append(std::to_string(seq)).append("\ndata: ").append(json).append("\n\n");
}

bool EventFeed::fill(std::string &out, std::size_t room) {
    out += std::exchange(beginning_, {});
    while (out.size() < room) {
        if (written_ == events_.size()) {
            events_.clear();
            written_ = 0;
            more_ = bus_.take(subscriber_, feed_batch, events_) == feed_batch;
            if (events_.empty()) break;
        }
        const core::StoredEvent &event = *events_[written_++];
        const bool passes =
            query_.topology.empty() || event.kind() == KITH_EVENT_EVENTS_LOST || event.topology() == query_.topology;
        if (passes) write(out, event.seq(), event.json());
        if (written_ == events_.size() && !more_) {
            events_.clear();
            written_ = 0;
            break;
        }
    }
    return query_.follow || more_ || written_ != events_.size();
}

std::string_view EventFeed::heartbeat() const { return query_.lines ? std::string_view{} : std::string_view(": alive\n\n"); }

void EventFeed::on_ready(std::function<void()> ready) { *ready_ = std::move(ready); }

} // namespace kith::app
