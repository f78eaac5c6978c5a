// SPDX-License-Identifier: MIT
//
// An event. A publisher fills in an Event, whose views are borrowed for the call. The bus stores a StoredEvent, which is
// rendered once, in one allocation, and shared by all subscribers.
#pragma once

#include <core/cluster/base/time.hpp>
#include <kith/hosting/event_kind.hpp>
#include <kith/hosting/peer_and_link_views.hpp>
#include <kith/plugin.h>
#include <kith/service/sink.h>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kith::core {

inline constexpr std::uint32_t event_kinds = event_kind_names.size();
inline constexpr std::uint64_t all_events = (std::uint64_t{1} << event_kinds) - 1;

// A number such as {"peers", 12}, which becomes a member of the event's JSON object.
struct EventCount {
    std::string_view name;
    std::uint64_t value = 0;
};

struct Event {
    std::uint32_t kind = 0; // KITH_EVENT_...
    std::int32_t status = KITH_OK;
    Time duration = 0; // duration of the state or operation that the event ends
    bool has_duration = false;
    std::string_view topology{};
    std::string_view connector{};
    std::string_view source{};
    std::string_view peer{}; // its name
    std::string_view key{};
    std::string_view node{}; // the local node; of connector.attached
    std::string_view reason{};
    std::span<const AttributeView> attributes{}; // attributes of the peer; JSON only
    std::span<const EventCount> counts{};        // JSON only
};

// Appends text as a JSON string with quotes. Bytes that are not UTF-8 become U+FFFD, so the line is always valid JSON.
void append_json_string(std::string &out, std::string_view text);
// Appends "2026-11-22T23:15:00.123456Z", quoted. wall: nanoseconds since 1970.
void append_json_time(std::string &out, std::int64_t wall);
// Appends the event as one line with a JSON object, without a newline. The members are in this order, and those without a value
// are omitted: v, seq, time, kind, topology, connector, source, peer, key, node, status, reason, duration_ms, attributes,
// counts by name.
void append_json(std::string &out, const Event &event, std::uint64_t seq, std::int64_t wall);

class StoredEvent {
  public:
    // json: the event as rendered by append_json.
    static boost::intrusive_ptr<const StoredEvent> make(const Event &event, std::uint64_t seq, std::int64_t wall,
                                                        std::string_view json);

    StoredEvent(const StoredEvent &) = delete;
    StoredEvent &operator=(const StoredEvent &) = delete;

    std::uint64_t seq() const { return seq_; }
    std::int64_t time() const { return time_; } // wall clock, nanoseconds since 1970
    Time duration() const { return duration_; }
    std::uint32_t kind() const { return kind_; }
    std::int32_t status() const { return status_; }
    std::string_view topology() const { return part(0); }
    std::string_view connector() const { return part(1); }
    std::string_view source() const { return part(2); }
    std::string_view peer() const { return part(3); }
    std::string_view reason() const { return part(4); }
    std::string_view json() const { return part(5); }
    std::size_t bytes() const { return sizeof(StoredEvent) + ends_[parts - 1]; }

  private:
    static constexpr std::size_t parts = 6;

    StoredEvent() = default;
    const char *text() const { return reinterpret_cast<const char *>(this + 1); }
    std::string_view part(std::size_t i) const {
        const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
        return {text() + begin, ends_[i] - begin};
    }
    friend void intrusive_ptr_add_ref(const StoredEvent *event) { ++event->references_; }
    friend void intrusive_ptr_release(const StoredEvent *event);

    std::uint64_t seq_ = 0;
    std::int64_t time_ = 0;
    Time duration_ = 0;
    std::uint32_t kind_ = 0;
    std::int32_t status_ = KITH_OK;
    std::array<std::uint32_t, parts> ends_{};
    mutable std::uint32_t references_ = 0; // not atomic: the bus is used by one thread
};

using EventRef = boost::intrusive_ptr<const StoredEvent>;

} // namespace kith::core
