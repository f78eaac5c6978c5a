// SPDX-License-Identifier: MIT
//
// What membership, topology and reconciler know of their names, as values for those who only read: the API and the metrics.
#include <core/cluster/membership/name_table.hpp>
#include <core/cluster/topology/topology.hpp>

namespace kith::core {

namespace {

std::string_view state_word(const NameEntry &entry) {
    if (entry.verdict == Verdict::self) return "local_node";
    if (entry.verdict == Verdict::excluded) return "excluded";
    switch (entry.state) {
    case NameState::wanted: return "wanted";
    case NameState::missing: return "missing";
    case NameState::remembered: return "remembered";
    case NameState::aside: return "resting";
    case NameState::held: return "guarded";
    case NameState::gone: return "gone";
    case NameState::outside: break;
    }
    return "outside";
}

} // namespace

MembershipQueries::NameStatus MembershipQueries::status_of(NameId name) const {
    const EntryId id = names_.find(name);
    if (id == EntryId::none) return {};
    return {name, state_word(names_[id]), names_[id].peer_class, names_[id].since};
}

void MembershipQueries::each_name(const std::function<void(const NameStatus &)> &function) const {
    names_.each([&](EntryId id) {
        function({names_[id].name, state_word(names_[id]), names_[id].peer_class, names_[id].since});
    });
}

void LiveTopology::each_name(const std::function<void(const NameStatus &)> &function) const {
    membership_.queries().each_name([&](const MembershipQueries::NameStatus &status) {
        function({reconciler_.names().text(status.name), status.state, status.peer_class, status.since});
    });
}

LiveTopology::NameStatus LiveTopology::name_status(std::string_view name) const {
    const NameId id = reconciler_.names().find(name);
    if (id == no_name) return {};
    const MembershipQueries::NameStatus status = membership_.queries().status_of(id);
    return {name, status.state, status.peer_class, status.since};
}

NameStanding LiveTopology::standing(std::string_view name, Time now) const {
    const NameId id = reconciler_.names().find(name);
    return id == no_name ? NameStanding{} : membership_.queries().standing(id, now);
}

bool LiveTopology::describe(std::string_view name, PeerView &peer) const {
    const NameId id = reconciler_.names().find(name);
    return id != no_name && describe(id, peer);
}

std::string_view LiveTopology::last_words(std::string_view name) const { return publisher_.last_words(name); }

Reconciler::LinkStatus Reconciler::link_status(std::string_view text, Time now) const {
    using State = LinkStatus::State;
    const NameId name = names_.find(text);
    if (!attached_ || !links_known_ || name == no_name || name >= peers_.size()) return {};
    const Peer &known = peers_[name];
    LinkStatus status{.failures = known.failures, .status = known.status, .text = known.text};
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
