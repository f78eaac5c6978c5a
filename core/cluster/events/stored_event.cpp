// SPDX-License-Identifier: MIT
#include <core/cluster/events/event.hpp>

#include <cstdlib>
#include <cstring>
#include <new>

namespace kith::core {

EventRef StoredEvent::make(const Event &event, std::uint64_t seq, std::int64_t wall, std::string_view json) {
    const std::array<std::string_view, parts> texts{event.topology, event.connector, event.source,
                                                    event.peer,     event.reason,    json};
    std::size_t bytes = 0;
    for (const auto text : texts) bytes += text.size();
    void *memory = std::malloc(sizeof(StoredEvent) + bytes);
    if (memory == nullptr) throw std::bad_alloc{};
    auto *stored = new (memory) StoredEvent;
    stored->seq_ = seq;
    stored->time_ = wall;
    stored->duration_ = event.duration;
    stored->kind_ = event.kind;
    stored->status_ = event.status;
    char *at = static_cast<char *>(memory) + sizeof(StoredEvent);
    std::uint32_t end = 0;
    for (std::size_t i = 0; i < parts; ++i) {
        if (!texts[i].empty()) std::memcpy(at + end, texts[i].data(), texts[i].size());
        end += static_cast<std::uint32_t>(texts[i].size());
        stored->ends_[i] = end;
    }
    return EventRef{stored};
}

void intrusive_ptr_release(const StoredEvent *event) {
    if (--event->references_ != 0) return;
    event->~StoredEvent();
    std::free(const_cast<StoredEvent *>(event));
}

} // namespace kith::core
