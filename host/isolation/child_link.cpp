// SPDX-License-Identifier: MIT
#include "child_link.hpp"

#include "hello.hpp"

#include <algorithm>

namespace kith::isolation {

namespace {

std::string seconds(Time span) {
    const auto milliseconds = span / 1'000'000;
    return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + " s" : std::to_string(milliseconds) + " ms";
}

} // namespace

std::string ChildLink::ping_message() { return own_message(ToHelper::ping); }

std::string ChildLink::pong_message() { return own_message(FromHelper::pong); }

bool ChildLink::send(std::string_view message) {
    if (message.size() > limits_.to_helper) return false;
    messages::append_frame(outbox_, message);
    unasked_ = true;
    return true;
}

void ChildLink::flush(Time now) {
    const bool idle = idle_ != core::never && now >= core::later(idle_, limits_.idle);
    if (asked_ != core::never || !(unasked_ || idle)) return;
    messages::append_frame(outbox_, ping_message());
    unasked_ = false;
    idle_ = core::never;
    asked_ = now;
}

void ChildLink::sent(std::size_t bytes) {
    sent_ += bytes;
    if (sent_ == outbox_.size()) {
        outbox_.clear();
        sent_ = 0;
        if (outbox_.capacity() > std::size_t{64} << 10) outbox_.shrink_to_fit();
    } else if (sent_ > outbox_.size() / 2) {
        outbox_.erase(0, sent_);
        sent_ = 0;
    }
}

void ChildLink::received(std::string_view bytes, bool full, Time now, const std::function<void(std::string_view)> &each) {
    static const std::string pong = pong_message();
    const std::size_t count = reader_.feed(bytes, [&](std::string_view message) {
        if (message != pong) return each(message);
        asked_ = core::never;
        idle_ = now;
    });
    if (!reader_.unfinished())
        begun_ = core::never;
    else if (count != 0 || begun_ == core::never)
        begun_ = now;
    flooded_ = !full ? core::never : std::min(flooded_, now);
}

std::string ChildLink::fault(Time now) const {
    if (asked_ != core::never && now >= core::later(asked_, limits_.answer))
        return "it has not answered for " + seconds(limits_.answer);
    if (begun_ != core::never && now >= core::later(begun_, limits_.answer))
        return "it has not finished a message within " + seconds(limits_.answer);
    if (flooded_ != core::never && now >= core::later(flooded_, limits_.flood))
        return "it has sent messages without a pause for " + seconds(limits_.flood);
    if (outbox_.size() - sent_ > limits_.outbox)
        return "it does not read: more than " + std::to_string(limits_.outbox >> 20) + " MiB wait to be sent to it";
    return {};
}

Time ChildLink::deadline() const {
    Time next = core::never;
    if (asked_ != core::never) next = std::min(next, core::later(asked_, limits_.answer));
    if (begun_ != core::never) next = std::min(next, core::later(begun_, limits_.answer));
    if (flooded_ != core::never) next = std::min(next, core::later(flooded_, limits_.flood));
    if (idle_ != core::never) next = std::min(next, core::later(idle_, limits_.idle));
    return next;
}

} // namespace kith::isolation
