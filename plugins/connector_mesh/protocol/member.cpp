// SPDX-License-Identifier: MIT
#include "member.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr Time steady = 1500ms;             // a link that has been up for so long can be had
constexpr Time surplus_time = 30s;          // a link that neither side needs is closed after this
constexpr Time longest_hold = 300s;         // between two announcements
constexpr Time calm = 600s;                 // after which the holds begin anew
constexpr Time patience_with_unwanted = 1h; // how long a member that no strategy finds is dialled
constexpr Time grace_for_first_link = 3s;   // a member that was never linked with this one is accused after this
constexpr Time overlay_pause = 20ms;        // between two computations of the neighbours

std::string seconds_text(Time time) {
    const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

} // namespace

Member::Member(NameTable &names, MemberSettings settings, Time now)
    : names_(names),
      settings_(std::move(settings)),
      membership_(names, settings_.degree, settings_.name, settings_.run, settings_.listening, settings_.limits),
      dialler_(names, membership_.self(), settings_.seed),
      messages_(membership_),
      now_(now),
      overlay_due_(now + overlay_pause) {
    observer_.advance(now);
    // The heartbeats of all members in one moment would be a storm.
    next_beat_ =
        now +
        Time(static_cast<std::int64_t>(ring_hash(0, settings_.name) % static_cast<std::uint64_t>(settings_.heartbeat.count())));
}

Member::~Member() = default;

// ---- wishes ----

void Member::want(std::string_view name, Membership::Endpoint at, Time now) {
    if (!membership_.room_for(name)) {
        put({.kind = Action::Kind::failed,
             .name = std::string(name),
             .text = "this member knows as many members as it may: " + std::to_string(settings_.limits.members)});
        return;
    }
    const NodeId id = names_.intern(name);
    if (membership_.wanted(id) && membership_.state(id) == State::up) return;
    // A strategy finds many at once: whom to dial is known when all of them are.
    if (!membership_.overlay_changed()) overlay_due_ = now + overlay_pause;
    membership_.want(id, std::move(at));
    dialler_.hurry(id, now);
    settle(now);
}

void Member::part(std::string_view name, Time now) {
    const auto id = names_.find(name);
    if (!id || *id == membership_.self()) return;
    membership_.part(*id);
    while (Link *link = link_to(*id)) {
        control(*link, FrameKind::goodbye, "parted by the policy of " + settings_.name);
        end_link(link->id, "disconnected", false, false, now);
    }
    settle(now);
}

void Member::end(bool for_good, Time now) {
    if (std::exchange(ending_, true)) return;
    now_ = now;
    const Membership::Item item = membership_.end(for_good);
    spread(item, nullptr);
    for (auto &[id, link] : links_) {
        link->put_back(link->take_output(membership_, SIZE_MAX)); // the fact, before the goodbye
        control(*link, FrameKind::goodbye, for_good ? "it has left" : "it is restarting");
    }
}

// ---- connections ----

Link *Member::find(LinkId id) {
    const auto found = links_.find(id);
    return found == links_.end() ? nullptr : found->second.get();
}

Link *Member::link_to(NodeId peer) const {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : found->second.front();
}

void Member::wrote(Link &link) {
    if (!std::exchange(link.announced, true)) put({.kind = Action::Kind::output, .link = link.id, .name = {}, .text = {}});
}

void Member::control(Link &link, FrameKind kind, std::string_view body) {
    link.control(kind, body);
    wrote(link);
}

void Member::spread(const Membership::Item &item, const Link *except) {
    for (auto &[id, link] : links_) {
        if (link->phase != Link::Phase::up || link.get() == except) continue;
        link->pass_on(item);
        wrote(*link);
    }
}

std::string Member::take_output(LinkId id, std::size_t most) {
    Link *link = find(id);
    if (link == nullptr) {
        const auto last = last_words_.extract(id);
        return last.empty() ? std::string() : std::move(last.mapped());
    }
    link->announced = false;
    std::string out = link->take_output(membership_, most);
    if (link->has_output()) wrote(*link);
    return out;
}

std::optional<LinkId> Member::accepted(std::string_view certified, Time now) {
    constexpr std::ptrdiff_t most_greetings = 64;
    const auto greetings = std::ranges::count_if(
        links_, [](const auto &each) { return each.second->phase == Link::Phase::greeting && !each.second->dialled; });
    if (greetings >= most_greetings || ending_) return std::nullopt;
    now_ = now;
    const LinkId id = next_link_++;
    auto &link = links_[id] = std::make_unique<Link>(id, false, nobody, now, observer_.awake());
    link->certified = certified;
    return id; // its hello comes first: it knows whom it wants to reach
}

void Member::connected(LinkId id, std::string_view certified, Time now) {
    const auto dialled = dials_.find(id);
    if (dialled == dials_.end()) return put({.kind = Action::Kind::close, .link = id, .name = {}, .text = {}});
    now_ = now;
    auto &link = links_[id] = std::make_unique<Link>(id, true, dialled->second, now, observer_.awake());
    dials_.erase(dialled);
    link->certified = certified;
    send_hello(*link);
}

void Member::dial_failed(LinkId id, std::string_view why, bool conclusive, Time now) {
    const auto dialled = dials_.find(id);
    if (dialled == dials_.end()) return;
    const NodeId peer = dialled->second;
    dials_.erase(dialled);
    now_ = now;
    failed_to_reach(peer, why, conclusive, now);
    settle(now);
}

/// A dial, or the greeting behind it, has ended without a link.
void Member::failed_to_reach(NodeId peer, std::string_view why, bool conclusive, Time now) {
    const auto *before = dialler_.history(peer);
    if (before == nullptr || link_to(peer) != nullptr) return;
    const bool broke = before->was_linked && before->failures == 0;
    const bool never_linked = before->failures >= 1 && before->since + grace_for_first_link <= now;
    dialler_.failed(peer, why, now);
    if (membership_.state(peer) != State::up) {
        membership_.absent(peer);
        put({.kind = Action::Kind::failed, .name = names_.name(peer), .text = std::string(why)});
    } else if ((broke || never_linked) && !membership_.accused_by_self(peer) && !observer_.suspects(peer)) {
        observer_.suspect(peer, (broke ? "its link ended, and a new one failed: " : "no link with it: ") + std::string(why),
                          conclusive, now);
    }
}

void Member::closed(LinkId id, std::string_view why, Time now) {
    now_ = now;
    if (const auto dialled = dials_.find(id); dialled != dials_.end()) return dial_failed(id, why, false, now);
    // Within the greeting its host has answered, and a program there has not: the network is good.
    if (const Link *link = find(id)) end_link(id, why, true, link->phase == Link::Phase::greeting, now);
    settle(now);
}

void Member::drop(LinkId id) {
    const auto at = links_.find(id);
    Link *link = at->second.get();
    if (const auto found = by_peer_.find(link->peer); found != by_peer_.end()) {
        std::erase(found->second, link);
        if (found->second.empty()) by_peer_.erase(found);
    }
    links_.erase(at);
}

/// failed: it was no decision of either side.
void Member::end_link(LinkId id, std::string_view why, bool failed, bool conclusive, Time now) {
    Link *link = find(id);
    const bool was_up = link->phase == Link::Phase::up;
    const NodeId peer = link->peer != nobody ? link->peer : link->expected;
    const bool dialled = link->dialled;
    if (link->has_output()) last_words_[id] = link->take_output(membership_, SIZE_MAX);
    drop(id);
    put({.kind = Action::Kind::close, .link = id, .name = {}, .text = std::string(why)});
    if (peer == nobody) return;
    if (was_up && link_to(peer) == nullptr) {
        dialler_.unlinked(peer, failed, now);
    } else if (!was_up && dialled) {
        failed_to_reach(peer, why, conclusive, now);
    }
}

// ---- time ----

void Member::advance(Time now) {
    now_ = now;
    const Time lag = observer_.advance(now);
    if (lag > 0s)
        notice("this host's loop stood still for " + seconds_text(lag + Observer::longest_step) +
               ": what it did not hear meanwhile is not held against others");
    check_links(now);
    check_self(now);
    messages_.advance(now);
    if (now >= next_beat_) beat(now);
    settle(now);
}

Time Member::deadline() const noexcept {
    Time out = std::min({next_beat_, messages_.deadline(), observer_.deadline()});
    if (!ending_) out = std::min(out, dialler_.deadline());
    if (membership_.overlay_changed()) out = std::min(out, std::max(overlay_due_, now_));
    return out;
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
        if (silent >= settings_.silence) {
            const NodeId peer = link->peer;
            end_link(id, "silent for " + seconds_text(silent), true, false, now);
            if (link_to(peer) == nullptr && membership_.state(peer) == State::up)
                observer_.suspect(peer, "silent for " + seconds_text(silent), false, now);
            continue;
        }
        // Of a link that neither side needs the greater name says goodbye.
        if (link->surplus_here && link->surplus_there && link->surplus_since + surplus_time <= now &&
            settings_.name > names_.name(link->peer)) {
            control(*link, FrameKind::goodbye, "neither side needs this link");
            end_link(id, "neither side needs this link", false, false, now);
        } else if (now >= link->next_digest) {
            send_digest(*link);
        }
    }
}

/// Others believe that this member is down, and it is not: it states so when half of its links have lasted for a while, so that a member
/// that can hardly be reached does not come and go.
void Member::check_self(Time now) {
    if (announced_ != 0 && may_announce_ + calm <= now) announced_ = 0;
    const bool told = std::ranges::any_of(links_, [](const auto &each) { return each.second->told_down; });
    if (now < may_announce_ || ending_ || (!told && !membership_.self_condemned())) return;
    std::vector<NodeId> neighbours;
    membership_.neighbours(neighbours);
    const auto needed = std::ranges::count_if(neighbours, [this](NodeId id) { return membership_.state(id) == State::up; });
    const auto proved =
        std::ranges::count_if(by_peer_, [now](const auto &each) { return each.second.front()->up_since + steady <= now; });
    if (proved == 0 || 2 * proved < needed) return;
    may_announce_ = now + std::min<Time>(6s * (std::int64_t{1} << 2 * std::min(announced_, 4U)), longest_hold);
    ++announced_;
    ++counters_.announcements;
    for (auto &[id, link] : links_) link->told_down = false;
    spread(membership_.announce(), nullptr);
    notice("others believed this member down; it has stated that it is alive");
}

void Member::beat(Time now) {
    while (next_beat_ <= now) next_beat_ += settings_.heartbeat;
    for (auto &[id, link] : links_) {
        if (link->phase != Link::Phase::up) continue;
        std::string body;
        append_number<8>(body, static_cast<std::uint64_t>(now.count()));
        append_number<8>(body, link->last_stamp);
        append_number<8>(body, static_cast<std::uint64_t>((now - link->last_stamp_at).count()));
        control(*link, FrameKind::heartbeat, body);
    }
}

void Member::dial(Time now) {
    if (ending_) return;
    for (const NodeId id : dialler_.take_due(now)) {
        const LinkId link = next_link_++;
        dials_[link] = id;
        put({.kind = Action::Kind::dial,
             .link = link,
             .name = names_.name(id),
             .text = {},
             .endpoint = membership_.endpoint(id)});
    }
}

void Member::settle_overlay(Time now) {
    membership_.settle_overlay();
    messages_.overlay_changed();
    std::vector<NodeId> ids;
    membership_.neighbours(ids);
    std::vector<NodeId> missing;
    membership_.missing(missing);
    std::erase_if(missing_since_, [&](const auto &each) { return !std::ranges::binary_search(missing, each.first); });
    for (const NodeId id : missing) {
        const Time since = missing_since_.try_emplace(id, now).first->second;
        if (membership_.wanted(id) || since + patience_with_unwanted > now) {
            ids.push_back(id);
        } else {
            membership_.forget(id);
        }
    }
    dialler_.targets(ids, now);
    for (auto &[id, link] : links_) {
        if (link->phase != Link::Phase::up) continue;
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
    }
    for (const auto &each : observer_.take_due(links, now)) {
        if (link_to(each.id) != nullptr || !membership_.observes(each.id)) continue;
        const auto item = membership_.accuse(each.id, each.reason, each.conclusive);
        if (!item) continue;
        ++counters_.accusations;
        spread(*item, nullptr);
    }
    if (observer_.abstains(now) != told_abstaining_) {
        told_abstaining_ = !told_abstaining_;
        if (told_abstaining_)
            notice(std::to_string(observer_.failed()) + " of " + std::to_string(observer_.of()) +
                   " links failed at once: this member accuses nobody for " + seconds_text(Observer::window) +
                   ", because the fault is possibly its own or that of its network");
    }
}

void Member::settle(Time now) {
    for (;;) {
        check_suspects(now);
        const auto changes = membership_.settle();
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
    const auto output = messages_.take_output();
    for (const auto &each : output) {
        Link *link = link_to(each.to);
        if (link == nullptr) continue; // its receipt will not come
        if (each.receipt) {
            link->control(FrameKind::receipt, each.piece);
        } else {
            link->message(each.piece);
        }
        wrote(*link);
    }
    for (auto &each : messages_.take_arrived()) {
        put({.kind = Action::Kind::message,
             .name = names_.name(each.from),
             .text = std::move(each.text),
             .channel = std::move(each.channel)});
    }
    for (auto &each : messages_.take_done())
        put({.kind = Action::Kind::done, .name = {}, .text = std::move(each.why), .ticket = each.ticket});
}

// ---- messages ----

Messages::Ways Member::ways() const {
    Messages::Ways out;
    out.linked = [this](NodeId id) { return link_to(id) != nullptr; };
    out.has_room = [this](NodeId id) {
        const Link *link = link_to(id);
        return link != nullptr && !link->full();
    };
    for (const auto &[id, links] : by_peer_) out.neighbours.push_back(id);
    std::ranges::sort(out.neighbours);
    return out;
}

Messages::Sent Member::send(std::string_view to, std::string_view channel, std::string_view text, std::uint64_t ticket,
                            Time now) {
    const auto id = names_.find(to);
    if (!id) return Messages::Sent::unknown_member;
    const auto out = messages_.send(*id, channel, text, ticket, ways(), now);
    settle(now);
    return out;
}

Messages::Sent Member::broadcast(std::string_view channel, std::string_view text, Time now) {
    const auto out = messages_.broadcast(channel, text, ways());
    settle(now);
    return out;
}

// ---- state ----

std::vector<Action> Member::take_actions() { return std::exchange(actions_, {}); }

bool Member::is_up(std::string_view name) const {
    const auto id = names_.find(name);
    return id && membership_.state(*id) == State::up && !membership_.parted(*id) && !isolated_;
}

bool Member::direct(std::string_view name) const {
    const auto id = names_.find(name);
    return id && link_to(*id) != nullptr;
}

std::size_t Member::direct_links() const noexcept { return by_peer_.size(); }

std::vector<Member::LinkView> Member::up() const {
    std::vector<LinkView> out;
    if (isolated_) return out;
    for (NodeId id = 0; id < names_.size(); ++id) {
        if (id == membership_.self() || membership_.state(id) != State::up || membership_.parted(id)) continue;
        const Link *link = link_to(id);
        out.push_back({names_.name(id), link != nullptr, link != nullptr ? link->rtt : Time{-1}});
    }
    return out;
}

std::string Member::explain(std::string_view name) const {
    const auto id = names_.find(name);
    if (id) {
        if (const auto *history = dialler_.history(*id); history != nullptr && !history->why.empty()) return history->why;
        if (dialler_.is_target(*id)) return "no link with it yet";
    }
    return "no member has reported that it is up; others are its neighbours on the rings and dial it";
}

} // namespace kith::mesh
