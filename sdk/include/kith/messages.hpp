// SPDX-License-Identifier: MIT
//
// kith.messages/1: messages between applications, carried by a connector.
//
//     class mine : public kith::connector, public kith::message_carrier {
//         explicit mine(kith::host h) : connector(h), messages(h, *this) {}
//         kith::result<void> send(std::uint64_t op, const kith::message &what) override;  // messages.done(op) ends it
//         void cancel(std::uint64_t op) override;
//         kith::messages messages;
//     };
#pragma once

#include "operation.hpp"
#include "service/messages.h"
#include "timer.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kith {

/// As kith_message. Points to what somebody else owns.
struct message {
    std::string_view peer; // empty: a broadcast
    std::string_view channel;
    std::string_view data;
    bool broadcast = false;
};

/// What a connector does for kith::messages.
class message_carrier {
  public:
    /// Begins to send, and copies what it needs. A failure: nothing has begun. Else messages::done ends it, at once or later.
    virtual result<void> send(std::uint64_t op, const message &what) = 0;
    /// Of a `send` or a `leave`: messages::done follows soon, with KITH_CANCELLED unless it had ended.
    virtual void cancel(std::uint64_t op) = 0;
    /// The channels that are listened on here, complete; an empty name stands for all.
    virtual void listening(std::span<const std::string_view> /*channels*/) {}
    /// Leaves the distribution for good; messages::done ends it, at once or later.
    virtual result<void> leave(std::uint64_t /*op*/) { return error(KITH_UNSUPPORTED, "this connector cannot leave"); }

  protected:
    ~message_carrier() = default;
};

/// One for each instance.
class messages {
  public:
    static constexpr std::string_view id = KITH_MESSAGES;

    /// It needs kith.timer/1 too, which kith::connector declares. carrier: lives as long as the instance.
    messages(host h, message_carrier &carrier)
        : home_(&h.context()), table_(h.service<kith_messages_host>(id)), carrier_(&carrier), later_(h) {
        static constexpr kith_messages_plugin table{.send = send, .cancel = cancel, .listening = listening, .leave = leave};
        home_->provide(id, &table, this);
    }
    messages(const messages &) = delete;
    messages &operator=(const messages &) = delete;

    /// Ends a `send` or a `leave`: KITH_OK, or a failure and its reason. Within its call too: it is reported a moment later then (T2).
    void done(std::uint64_t op, std::int32_t status = KITH_OK, std::string_view text = {}) {
        if (op != beginning_) {
            table_->done(home_->raw, op, status, str(text));
            return;
        }
        ended_.push_back({op, status, std::string(text)});
        if (ended_.size() == 1) home_->spawn(report_ended());
    }

    /// Hands up messages that have arrived, in this order; `peer` is the sender of each. KITH_INVALID: one of them violates the limits of
    /// kith/service/messages.h; those of its batch, and the later ones, were not handed up.
    std::int32_t arrived(std::span<const message> list) const {
        std::vector<kith_message> raw;
        for (; !list.empty(); list = list.subspan(raw.size())) {
            raw.clear();
            for (const message &one : list.first(std::min<std::size_t>(list.size(), KITH_MESSAGES_MAX_BATCH))) {
                raw.push_back({str(one.peer), str(one.channel), one.data.data(), one.data.size(),
                               one.broadcast ? KITH_MESSAGE_BROADCAST : 0, 0});
            }
            const auto count = static_cast<std::uint32_t>(raw.size());
            if (const std::int32_t status = table_->arrived(home_->raw, raw.data(), count, sizeof(kith_message)); status < 0)
                return status;
        }
        return KITH_OK;
    }

    /// Reports messages that were lost after their `done`, or on their way to here.
    std::int32_t lost(std::string_view peer, std::string_view channel, std::uint64_t count, const error &why) const noexcept {
        return table_->lost(home_->raw, str(peer), str(channel), count, why.status, str(why.text));
    }

  private:
    struct end {
        std::uint64_t op;
        std::int32_t status;
        std::string text;
    };

    // Begin: result<void>(message_carrier &).
    template <class Begin>
    static std::int32_t begin(void *p, std::uint64_t op, Begin call) noexcept {
        auto &home = detail::self(p);
        if (home.stopping) return KITH_CANCELLED;
        auto &me = home.owner<messages>(id);
        std::int32_t status = KITH_INTERNAL; // an exception that `enter` handles
        me.beginning_ = op;
        home.enter([&] {
            try {
                const auto begun = call(*me.carrier_);
                status = begun.status();
                if (!begun) home.raw->error(home.raw, str(begun.error().text));
            } catch (const error &why) {
                status = why.status;
                home.raw->error(home.raw, str(why.text));
            } catch (const std::bad_alloc &) {
                status = KITH_LIMIT;
                home.raw->error(home.raw, str("out of memory"));
            }
        });
        me.beginning_ = 0;
        return status;
    }

    static std::int32_t send(void *p, std::uint64_t op, const kith_message *raw) noexcept {
        return begin(p, op, [=](message_carrier &carrier) {
            return carrier.send(op,
                                {view(raw->peer), view(raw->channel), view({static_cast<const char *>(raw->data), raw->size}),
                                 (raw->flags & KITH_MESSAGE_BROADCAST) != 0});
        });
    }

    static std::int32_t leave(void *p, std::uint64_t op) noexcept {
        return begin(p, op, [=](message_carrier &carrier) { return carrier.leave(op); });
    }

    static void cancel(void *p, std::uint64_t op) noexcept {
        detail::self(p).enter([=] {
            auto &me = detail::self(p).owner<messages>(id);
            const bool has_ended =
                std::any_of(me.ended_.begin(), me.ended_.end(), [op](const end &one) { return one.op == op; });
            if (!has_ended) me.carrier_->cancel(op);
        });
    }

    static void listening(void *p, const kith_str *channels, std::uint32_t count) noexcept {
        detail::self(p).enter([=] {
            std::vector<std::string_view> names;
            names.reserve(count);
            for (std::uint32_t i = 0; i < count; ++i) names.push_back(view(channels[i]));
            detail::self(p).owner<messages>(id).carrier_->listening(names);
        });
    }

    task<void> report_ended() {
        try {
            co_await later_.sleep({});
        } catch (...) { // the instance is being stopped; they are reported all the same
        }
        for (const end &one : std::exchange(ended_, {})) table_->done(home_->raw, one.op, one.status, str(one.text));
    }

    detail::context *home_;
    const kith_messages_host *table_;
    message_carrier *carrier_;
    kith::timer later_;
    std::uint64_t beginning_ = 0; // the operation whose call is under way
    std::vector<end> ended_;      // within their own calls
};

} // namespace kith
