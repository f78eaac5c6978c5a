// SPDX-License-Identifier: MIT
#include <core/engine/lost_messages.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::core {

void LostMessages::add(std::string_view peer, std::string_view channel, std::uint64_t count, std::int32_t status,
                       std::string_view text) {
    auto found = std::find_if(losses_.begin(), losses_.end(), [&](const Loss &one) {
        return one.status == status && one.peer == peer && one.channel == channel && one.text == text;
    });
    if (found == losses_.end() && losses_.size() < most)
        found = losses_.insert(found, {std::string(peer), std::string(channel), std::string(text), status, 0});
    if (found == losses_.end() && losses_.size() == most)
        found = losses_.insert(found, {"", "", "further messages, for other reasons or of other channels", status, 0});
    if (found == losses_.end()) found = losses_.end() - 1;
    found->count += count;
}

void LostMessages::advance(Time now) {
    if (losses_.empty() || now < due_) return;
    due_ = later(now, period);
    for (const Loss &one : std::exchange(losses_, {})) {
        const std::array counts = {EventCount{"messages", one.count}};
        const std::string reason = one.channel.empty() ? one.text : "channel `" + one.channel + "`: " + one.text;
        bus_.publish({.kind = KITH_EVENT_MESSAGE_LOST,
                      .status = one.status,
                      .connector = connector_,
                      .peer = one.peer,
                      .reason = reason,
                      .counts = counts},
                     now);
    }
}

} // namespace kith::core
