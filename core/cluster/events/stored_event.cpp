// SPDX-License-Identifier: MIT
#include <core/cluster/events/event.hpp>

#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

namespace kith::core {

namespace {

// The names of the members of a rendered event, its numbers and its quotes, without the texts.
constexpr std::size_t bytes_around_texts = 160;

template <class F>
void each_text(const Event &event, F &&call) {
    for (const auto text : {event.topology, event.connector, event.source, event.peer, event.reason, event.key, event.node})
        call(text);
    for (const AttributeView &attribute : event.attributes) {
        call(attribute.name);
        call(attribute.value);
    }
    for (const EventCount &count : event.counts) call(count.name);
}

} // namespace

EventRef StoredEvent::make(const Event &event, std::uint64_t seq, std::int64_t wall) {
    std::size_t bytes = 0, texts = 0;
    each_text(event, [&](std::string_view text) {
        bytes += text.size();
        ++texts;
    });
    const std::size_t counts = event.counts.size();
    const std::size_t before = sizeof(StoredEvent) + counts * sizeof(std::uint64_t) + texts * sizeof(std::uint32_t);
    void *memory = std::malloc(before + bytes);
    if (memory == nullptr) throw std::bad_alloc{};
    auto *stored = new (memory) StoredEvent;
    stored->seq_ = seq;
    stored->time_ = wall;
    stored->duration_ = event.duration;
    stored->has_duration_ = event.has_duration;
    stored->kind_ = event.kind;
    stored->status_ = event.status;
    stored->attributes_ = static_cast<std::uint32_t>(event.attributes.size());
    stored->counts_ = static_cast<std::uint32_t>(counts);
    stored->bytes_ = static_cast<std::uint32_t>(before + 2 * bytes + bytes_around_texts);
    auto *value = const_cast<std::uint64_t *>(stored->values());
    for (const EventCount &count : event.counts) *value++ = count.value;
    auto *ends = const_cast<std::uint32_t *>(stored->ends());
    char *const at = static_cast<char *>(memory) + before;
    std::uint32_t end = 0;
    each_text(event, [&](std::string_view text) {
        if (!text.empty()) std::memcpy(at + end, text.data(), text.size());
        *ends++ = end += static_cast<std::uint32_t>(text.size());
    });
    return EventRef{stored};
}

std::string_view StoredEvent::json() const {
    if (json_ == nullptr) {
        Event event;
        event.kind = kind_;
        event.status = status_;
        event.duration = duration_;
        event.has_duration = has_duration_;
        event.topology = topology();
        event.connector = connector();
        event.source = source();
        event.peer = peer();
        event.reason = reason();
        event.key = text(5);
        event.node = text(6);
        std::vector<AttributeView> attributes(attributes_);
        std::size_t next = parts;
        for (AttributeView &attribute : attributes) {
            attribute.name = text(next++);
            attribute.value = text(next++);
        }
        std::vector<EventCount> counts(counts_);
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = {text(next++), values()[i]};
        event.attributes = attributes;
        event.counts = counts;
        static thread_local std::string rendered; // its memory is used again
        rendered.clear();
        append_json(rendered, event, seq_, time_);
        json_ = std::make_unique_for_overwrite<char[]>(rendered.size());
        std::memcpy(json_.get(), rendered.data(), rendered.size());
        json_size_ = static_cast<std::uint32_t>(rendered.size());
    }
    return {json_.get(), json_size_};
}

void intrusive_ptr_release(const StoredEvent *event) {
    if (--event->references_ != 0) return;
    event->~StoredEvent();
    std::free(const_cast<StoredEvent *>(event));
}

} // namespace kith::core
