// SPDX-License-Identifier: MIT
#include "heartbeat_sender.hpp"

#include <kith/address.hpp>

#include <vector>

namespace gossip {

using std::chrono::nanoseconds;

kith::task<> HeartbeatSender::run() {
    for (;;) {
        if (!parts_.own.known() || !parts_.socket) {
            co_await poke_.wait();
            continue;
        }
        if (const std::int64_t wait = schedule_->due() - now(); wait > 0) {
            static_cast<void>(co_await poke_.wait_for(nanoseconds(wait)));
            continue;
        }
        last_ = now();
        schedule_->sent(last_, parts_.random());
        co_await send(Kind::heartbeat, parts_.settings.interval / 2);
    }
}

kith::task<> HeartbeatSender::send(Kind what, nanoseconds timeout) {
    Stamp stamp{.counter = parts_.counter.next(), .time = parts_.clock.wall().count() / 1'000'000};
    parts_.random.fill(stamp.random);
    const Bytes packet = parts_.envelope.write(what, parts_.own.text(), stamp);
    std::vector<kith_datagram> datagrams;
    datagrams.reserve(parts_.settings.targets.size());
    for (const kith::address &target : parts_.settings.targets) datagrams.push_back(kith::datagram_to(target, packet));
    const auto sent = co_await parts_.socket->send(datagrams, timeout);
    if (sent) {
        parts_.errors.sent();
        co_return;
    }
    // The socket is closed; its owner reports the reason.
    if (sent.status() == KITH_STALE || sent.status() == KITH_CANCELLED) co_return;
    parts_.tally.unsent();
    const kith::error why(sent.status(), "our heartbeats cannot be sent: " + sent.error().text);
    if (!parts_.errors.set_unsent(why)) co_return;
    parts_.log.warning("a heartbeat was not sent to all", {{"reason", why.text}});
    on_unsent_();
}

void HeartbeatSender::send_at_once() {
    schedule_->at_once(now());
    poke_.notify();
}

} // namespace gossip
