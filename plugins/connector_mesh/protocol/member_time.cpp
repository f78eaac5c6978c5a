// SPDX-License-Identifier: MIT
//
// Member: timeouts, heartbeats, dials, and the decisions that follow from an input.
#include "member.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr Time steady = 1500ms;           // a link that is reliable has been up for so long,
constexpr unsigned enough_prompt = 2;     // and so many of its last heartbeats were answered within an interval;
constexpr Time long_steady = 30s;         // or it has been up for so long
constexpr Time surplus_time = 30s;        // a link that neither side needs is closed after this
constexpr Time patience_below_half = 10s; // after which fewer than half of the members are reported
constexpr Time longest_hold = 300s;       // between two announcements
constexpr Time calm = 600s;               // after which the holds begin anew

/// returns: how often this member has stated lately that it is alive although others believed it down.
bool is_reliable(const Link &link, unsigned returns, Time now) {
    returns = std::min(returns, 4U);
    return (link.up_since + steady <= now && link.prompt >= enough_prompt << 2 * returns) ||
           link.up_since + long_steady * (1 << returns) <= now;
}

std::string seconds_text(Time time) {
    const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

} // namespace

void Member::advance(Time now) {
    now_ = now;
    const Time lag = observer_.advance(now);
    if (lag > 0s)
        notice("this host's loop stood still for " + seconds_text(lag + observer_.longest_step()) +
               ": what it did not hear meanwhile is not held against others");
    membership_.advance(now);
    check_links(now);
    check_self(now);
    check_half(now);
    messages_.advance(now);
    if (now >= next_beat_) beat(now);
    settle(now);
}

Time Member::deadline() const noexcept {
    Time out = std::min({next_beat_, silence_due(), messages_.deadline(), observer_.deadline()});
    if (!ending_) out = std::min(out, dialler_.deadline());
    if (!unanswered_.empty() && expected_until_) out = std::min(out, *expected_until_);
    if (membership_.overlay_changed()) out = std::min(out, std::max(overlay_due_, now_));
    return out;
}

/// The earliest moment at which a link will have been silent for too long.
Time Member::silence_due() const noexcept {
    Time out = Time::max();
    for (const auto &[id, link] : links_) {
        if (link->phase == Link::Phase::up) out = std::min(out, link->heard + link->silence);
    }
    return out == Time::max() ? out : now_ + (out - observer_.awake(now_));
}

void Member::check_links(Time now) {
    std::vector<LinkId> ids;
    for (const auto &[id, link] : links_) ids.push_back(id);
    for (const LinkId id : ids) {
        Link *link = find(id);
        if (link == nullptr) continue;
        if (link->phase == Link::Phase::greeting) {
            if (link->opened + settings_.silence <= now)
                end_link(id, "it accepted the connection and did not greet within " + seconds_text(settings_.silence), true,
                         false, now);
            continue;
        }
        if (link->stuck()) {
            broken(*link, "it does not read", now);
            continue;
        }
        const Time silent = observer_.awake() - link->heard;
        if (silent >= link->silence) {
            const NodeId peer = link->peer;
            end_link(id, "silent for " + seconds_text(silent), true, false, now);
            if (link_to(peer) == nullptr && membership_.state(peer) == State::up)
                observer_.suspect(peer, "silent for " + seconds_text(silent), false, now);
            continue;
        }
        // A link that neither side needs is closed by the greater name.
        if (link->surplus_here && link->surplus_there && link->surplus_since + surplus_time <= now &&
            settings_.name > names_.name(link->peer)) {
            control(*link, FrameKind::goodbye, "neither side needs this link");
            end_link(id, "neither side needs this link", false, false, now);
        } else if (now >= link->next_digest) {
            send_digest(*link);
        }
    }
}

/// If others believe this member down it states that it is alive, when half of its links have proved since then that they are reliable, so that a
/// member with a bad network does not alternate between up and down.
void Member::check_self(Time now) {
    if (announced_ != 0 && may_announce_ + calm <= now) announced_ = 0;
    const bool believed = membership_.self_condemned() ||
                          std::ranges::any_of(links_, [](const auto &each) { return each.second->believed_down; });
    if (!believed) {
        doubted_since_ = Time::max();
        return;
    }
    if (doubted_since_ == Time::max()) {
        doubted_since_ = now;
        for (auto &[id, link] : links_) link->prompt = 0; // what was measured before does not count
    }
    if (now < may_announce_ || doubted_since_ + steady > now || ending_) return;
    std::vector<NodeId> neighbours;
    membership_.neighbours(neighbours);
    const auto needed = std::ranges::count_if(neighbours, [this](NodeId id) { return membership_.state(id) == State::up; });
    const auto proved =
        std::ranges::count_if(by_peer_, [&](const auto &each) { return is_reliable(*each.second.front(), announced_, now); });
    if (proved == 0 || 2 * proved < needed) return;
    may_announce_ = now + std::min<Time>(6s * (std::int64_t{1} << 2 * std::min(announced_, 4U)), longest_hold);
    ++announced_;
    ++counters_.announcements;
    for (auto &[id, link] : links_) link->believed_down = false;
    spread(membership_.announce());
    notice("others believed this member down; it has stated that it is alive");
}

/// A member with fewer than half of the others that its strategies have found is possibly on the smaller side of a split. It goes on, and its
/// operator learns it.
void Member::check_half(Time now) {
    const std::size_t all = membership_.wanted_count(), up = membership_.wanted_up_count();
    const auto counts = [&] { return std::to_string(up) + " of " + std::to_string(all); };
    if (2 * up >= all) {
        below_half_since_ = Time::max();
        if (std::exchange(reported_below_half_, false))
            notice("half of the members that the strategies have found are up again: " + counts());
        return;
    }
    below_half_since_ = std::min(below_half_since_, now);
    if (reported_below_half_ || below_half_since_ + patience_below_half > now) return;
    reported_below_half_ = true;
    notice("fewer than half of the members that the strategies have found are up: " + counts() +
           "; this host is possibly on the smaller side of a split, or the source is stale");
}

/// All members send heartbeats at the same moments of the wall clock, as far as their clocks agree, so that a process that wakes up to send
/// receives those of others as well. Returns a moment at most a tenth of the interval later than one interval from now.
Time Member::next_moment(Time now) const noexcept {
    const Time interval = settings_.heartbeat, early = interval / 10;
    return now + interval + early - (std::chrono::milliseconds(wall_) + early) % interval;
}

void Member::beat(Time now) {
    interval_ += static_cast<std::uint64_t>(
        std::max<std::int64_t>((now - last_beat_ + settings_.heartbeat / 2) / settings_.heartbeat, 1));
    last_beat_ = now;
    next_beat_ = next_moment(now);
    const auto is_observer = [](const auto &each) {
        return each.second->phase == Link::Phase::up && !each.second->surplus_here;
    };
    const unsigned turns = heartbeat_turns(static_cast<std::size_t>(std::ranges::count_if(links_, is_observer)));
    const bool doubted = doubted_since_ != Time::max();
    for (std::uint64_t place = 0; auto &[id, link] : links_) {
        if (link->phase != Link::Phase::up) continue;
        link->messages.shrink();
        const bool its_turn = !link->surplus_here && place++ % turns == interval_ % turns;
        const bool is_asked = doubted || link->peer_asks || membership_.state(link->peer) == State::down;
        if (!its_turn && !is_asked && interval_ < link->beat_due) continue;
        const unsigned next = link->takes_turns && !doubted ? turns : 1;
        link->beat_due = interval_ + next;
        control(*link, FrameKind::heartbeat,
                encode(Heartbeat{.stamp = static_cast<std::uint64_t>(now.count()),
                                 .echo = link->last_stamp,
                                 .held = now - link->last_stamp_at,
                                 .next = next == 1 ? 0 : static_cast<std::uint32_t>(next * (settings_.heartbeat / 1ms))}));
    }
}

void Member::dial(Time now) {
    if (ending_) return;
    for (const NodeId id : dialler_.take_due(now)) dial(id);
}

void Member::dial(NodeId id) {
    const LinkId link = next_link_++;
    dials_[link] = id;
    put({.kind = Action::Kind::dial, .link = link, .name = names_.name(id), .text = {}, .endpoint = membership_.endpoint(id)});
}

void Member::settle_overlay(Time now) {
    membership_.settle_overlay();
    messages_.overlay_changed();
    std::vector<NodeId> ids;
    membership_.neighbours(ids);
    nearest_.clear();
    membership_.nearest(nearest_);
    std::ranges::sort(nearest_);
    std::vector<NodeId> missing;
    membership_.missing(missing);
    std::erase_if(missing_since_, [&](const auto &each) { return !std::ranges::binary_search(missing, each.first); });
    for (const NodeId id : missing) {
        const Time since = missing_since_.try_emplace(id, now).first->second;
        if (membership_.wanted(id) || since + patience_with_unwanted > now) {
            ids.push_back(id);
        } else {
            membership_.give_up(id);
        }
    }
    dialler_.targets(ids, now);
    for (auto &[id, link] : links_) {
        if (link->phase != Link::Phase::up) continue;
        link->nearest = std::ranges::binary_search(nearest_, link->peer);
        dialler_.linked(link->peer);
        const bool surplus = !dialler_.is_target(link->peer);
        if (surplus == link->surplus_here) continue;
        link->surplus_here = surplus;
        link->surplus_since = now;
        control(*link, FrameKind::surplus, surplus ? std::string_view("\x01", 1) : std::string_view("\0", 1));
    }
}

void Member::check_suspects(Time now) {
    const std::size_t links = by_peer_.size();
    const bool isolated = observer_.isolated(links, now) && membership_.up_count() != 0;
    if (isolated != isolated_) {
        isolated_ = isolated;
        put({.kind = Action::Kind::isolated, .name = {}, .text = isolated ? "this host has no link left" : ""});
        // The accusations made while its links failed one after another were possibly its own fault, and would count when it is linked again.
        for (const NodeId id : observer_.take_accused()) membership_.clear(id);
    }
    for (const auto &each : observer_.take_due(links, now)) {
        if (link_to(each.id) != nullptr || !membership_.observes(each.id)) continue;
        const auto item = membership_.accuse(each.id, each.reason, each.conclusive);
        if (!item) continue;
        ++counters_.accusations;
        spread(*item);
    }
    if (observer_.abstains(now) != reported_abstaining_) {
        reported_abstaining_ = !reported_abstaining_;
        if (reported_abstaining_)
            notice(std::to_string(observer_.failed()) + " of " + std::to_string(observer_.of()) +
                   " links failed at once: this member accuses nobody for " + seconds_text(Observer::window) +
                   ", because the fault is possibly its own or that of its network");
    }
}

void Member::check_unanswered(Time now) {
    if (expected_until_ && now < *expected_until_) return;
    for (const NodeId id : std::exchange(unanswered_, {})) membership_.absent(id);
}

void Member::settle(Time now) {
    check_unanswered(now);
    for (;;) {
        check_suspects(now);
        const auto changes = membership_.settle();
        actions_.reserve(actions_.size() + changes.size());
        for (const auto &each : changes) {
            if (each.up) {
                dialler_.revived(each.id, now);
            } else {
                messages_.gone(each.id, each.reason);
                if (Link *link = link_to(each.id); link != nullptr && membership_.state(each.id) == State::down) {
                    std::string body;
                    append_number<4>(body, membership_.alive(each.id));
                    control(*link, FrameKind::verdict, body);
                }
            }
            put({.kind = each.up ? Action::Kind::up : Action::Kind::down, .name = names_.name(each.id), .text = each.reason});
        }
        if (membership_.overlay_changed() && now >= overlay_due_) {
            overlay_due_ = now + overlay_pause;
            settle_overlay(now);
        }
        if (changes.empty()) break;
    }
    dial(now);
    hand_up();
}

void Member::hand_up() {
    for (auto &each : messages_.take_arrived()) {
        put({.kind = Action::Kind::messages,
             .name = names_.name(each.from),
             .text = std::move(each.bytes),
             .channel = std::move(each.channel),
             .to_all = each.to_all,
             .places = std::move(each.texts)});
    }
    for (auto &each : messages_.take_done())
        put({.kind = Action::Kind::done, .name = {}, .text = std::move(each.why), .tickets = std::move(each.tickets)});
}

} // namespace kith::mesh
