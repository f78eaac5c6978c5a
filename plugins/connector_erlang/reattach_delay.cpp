// SPDX-License-Identifier: MIT
#include "reattach_delay.hpp"

#include <algorithm>

namespace kith::erlang {

ReattachDelay::Delay ReattachDelay::next(AttachOutcome outcome, Time now) {
    using Outcome = AttachOutcome;
    if (outcome == Outcome::attached) {
        was_attached_ = true;
        pause_ = first;
    }
    hang_ups_ = outcome == Outcome::hung_up ? hang_ups_ + 1 : 0;
    if (outcome != Outcome::unlisted || was_attached_)
        unlisted_since_.reset();
    else if (!unlisted_since_)
        unlisted_since_ = now;
    seems_not_to_listen_ = unlisted_since_ && now - *unlisted_since_ >= unlisted_for;

    const Time pause = pause_;
    pause_ = std::min(pause_ * 2, longest);
    if (outcome == Outcome::refused || hang_ups_ >= most_hang_ups || seems_not_to_listen_) return {when_refused, 0.1};
    return {pause, 0.2};
}

} // namespace kith::erlang
