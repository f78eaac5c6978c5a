// SPDX-License-Identifier: MIT
//
// GET /v1/events: the events of the bus as server-sent events, whose ids are RUN.SEQ, or as plain lines of JSON. What a client misses, because
// it was slow, or came back after its last event was no longer kept, or after kith was started anew, is reported by an events.lost.
#pragma once

#include "context.hpp"
#include "handler_interface.hpp"

#include <core/cluster/events/event_bus.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct FeedQuery {
    std::uint64_t kinds = core::all_events; ///< mask; events.lost passes it
    std::string topology;                   ///< empty: all; events.lost passes it
    std::string after;  ///< RUN.SEQ of the last event that the client has; empty: only what comes from now on
    bool lines = false; ///< JSON lines
    bool follow = true; ///< false: it ends with what is there
};

/// A mask for comma-separated kinds or globs over them; nothing when one matches no kind.
std::optional<std::uint64_t> kinds_of(std::string_view globs);

/// Whether the text has the form of an event's id.
bool is_event_id(std::string_view text);

class EventFeed final : public ApiStream {
  public:
    EventFeed(const ApiContext &context, FeedQuery query);
    ~EventFeed() override;

    bool fill(std::string &out, std::size_t room) override;
    std::string_view heartbeat() const override;
    bool endless() const override { return query_.follow; }
    void on_ready(std::function<void()> ready) override;

  private:
    void resume();
    void write(std::string &out, std::uint64_t seq, std::string_view json) const;

    core::EventBus &bus_;
    std::string run_;
    std::int64_t wall_;
    FeedQuery query_;
    std::string beginning_; // what is sent before the first event
    std::shared_ptr<std::function<void()>> ready_ = std::make_shared<std::function<void()>>();
    core::SubscriberId subscriber_ = 0;
    std::vector<core::EventRef> events_; // taken, not written yet
    std::size_t written_ = 0;            // of them
    bool more_ = true;                   // there may be more at the bus
};

} // namespace kith::app
