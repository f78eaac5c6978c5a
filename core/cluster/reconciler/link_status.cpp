// SPDX-License-Identifier: MIT
//
// The state of a link as a value, for the API and the metrics.
#include <core/cluster/reconciler/reconciler.hpp>

namespace kith::core {

Reconciler::LinkStatus Reconciler::link_status(std::string_view text, Time now) const {
    return link_status(names_.find(text), now);
}

Reconciler::LinkStatus Reconciler::link_status(NameId name, Time now) const {
    using State = LinkStatus::State;
    if (!attached_ || !links_known_ || name == no_name || name >= peers_.size()) return {};
    const Peer &known = peers_[name];
    LinkStatus status{.failures = known.failures, .status = known.status, .text = known.text()};
    if (known.failures == 0) status.status = KITH_OK;
    if (known.up) {
        status.state = State::linked;
        status.since = known.since;
    } else if (known.work != Work::none) {
        status.state = known.work == Work::connect ? State::connecting : State::disconnecting;
        status.since = ops_[known.op].began;
    } else if (known.settling == Work::connect) {
        status.state = State::settling;
    } else if (!known.classes.dial()) {
        status.state = State::idle;
    } else if (known.retry_at > now) {
        status.state = State::backing_off;
        status.retry_at = known.retry_at;
    } else {
        status.state = State::waiting;
    }
    return status;
}

} // namespace kith::core
