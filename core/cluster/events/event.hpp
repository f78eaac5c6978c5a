// SPDX-License-Identifier: MIT
//
// An event. A publisher fills in an Event, whose views are borrowed for the call. The bus stores a StoredEvent, which is one
// allocation and shared by all subscribers. Its JSON is rendered once, when it is first asked for: many are never read as JSON.
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
#include <memory>
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
    static boost::intrusive_ptr<const StoredEvent> make(const Event &event, std::uint64_t seq, std::int64_t wall);

    StoredEvent(const StoredEvent &) = delete;
    StoredEvent &operator=(const StoredEvent &) = delete;

    std::uint64_t seq() const { return seq_; }
    std::int64_t time() const { return time_; } // wall clock, nanoseconds since 1970
    Time duration() const { return duration_; }
    std::uint32_t kind() const { return kind_; }
    std::int32_t status() const { return status_; }
    std::string_view topology() const { return text(0); }
    std::string_view connector() const { return text(1); }
    std::string_view source() const { return text(2); }
    std::string_view peer() const { return text(3); }
    std::string_view reason() const { return text(4); }
    // As append_json renders it; valid as long as the event.
    std::string_view json() const;
    // Its memory with the JSON, which is estimated before it is rendered.
    std::size_t bytes() const { return bytes_; }

  private:
    static constexpr std::size_t parts =
        7; // the five above, key and node; the names and values of attributes and counts follow

    StoredEvent() = default;
    // The numbers of the counts, the ends of the texts and the texts follow the object.
    const std::uint64_t *values() const { return reinterpret_cast<const std::uint64_t *>(this + 1); }
    const std::uint32_t *ends() const { return reinterpret_cast<const std::uint32_t *>(values() + counts_); }
    std::size_t text_count() const { return parts + 2 * std::size_t{attributes_} + counts_; }
    std::string_view text(std::size_t i) const {
        const auto *begin_of_texts = reinterpret_cast<const char *>(ends() + text_count());
        const std::uint32_t begin = i == 0 ? 0 : ends()[i - 1];
        return {begin_of_texts + begin, ends()[i] - begin};
    }
    friend void intrusive_ptr_add_ref(const StoredEvent *event) { ++event->references_; }
    friend void intrusive_ptr_release(const StoredEvent *event);

    std::uint64_t seq_ = 0;
    std::int64_t time_ = 0;
    Time duration_ = 0;
    mutable std::unique_ptr<char[]> json_; // empty until it is asked for
    mutable std::uint32_t json_size_ = 0;
    std::uint32_t kind_ = 0;
    std::int32_t status_ = KITH_OK;
    std::uint32_t attributes_ = 0, counts_ = 0; // how many of them
    std::uint32_t bytes_ = 0;
    mutable std::uint32_t references_ = 0; // not atomic: the bus is used by one thread
    bool has_duration_ = false;
};
static_assert(sizeof(StoredEvent) % alignof(std::uint64_t) == 0);

using EventRef = boost::intrusive_ptr<const StoredEvent>;

} // namespace kith::core
