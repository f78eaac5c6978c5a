// SPDX-License-Identifier: MIT
#include "member.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr Time least_step = 600ms;        // an idle member advances once in an interval, which is a tenth longer at most
constexpr Time grace_for_first_link = 3s; // a member that was never linked with this one is accused after this

} // namespace

Member::Member(NameTable &names, MemberSettings settings, Time now)
    : names_(names),
      settings_(std::move(settings)),
      membership_(names, settings_.degree, settings_.name, settings_.run, settings_.listening, settings_.limits),
      observer_(std::max(least_step, settings_.heartbeat * 6 / 5)),
      dialler_(names, membership_.self(), settings_.seed),
      messages_(membership_),
      now_(now),
      overlay_due_(now + overlay_pause),
      heard_(now) {
    membership_.set_owner({[this](NodeId id) { return needs(id); }, [this](NodeId id) { forgotten(id); }});
    membership_.advance(now);
    ways_.link = [this](NodeId id) { return link_to(id); };
    ways_.wrote = [this](Link &link) { wrote(link); };
    observer_.advance(now);
    // When many start at once their first heartbeats are spread.
    last_beat_ = now;
    next_beat_ =
        now +
        Time(static_cast<std::int64_t>(ring_hash(0, settings_.name) % static_cast<std::uint64_t>(settings_.heartbeat.count())));
}

Member::~Member() = default;

// ---- wishes ----

void Member::want(std::string_view name, Membership::Endpoint at, Time now) {
    if (!membership_.make_room(name)) {
        put({.kind = Action::Kind::failed,
             .name = std::string(name),
             .text = "this member knows as many members as it may: " + std::to_string(settings_.limits.members)});
        return;
    }
    const NodeId id = membership_.learn(name);
    if (membership_.wanted(id) && membership_.state(id) == State::up) return;
    // A strategy finds many at once: whom to dial is known when all of them are.
    if (!membership_.overlay_changed()) overlay_due_ = now + overlay_pause;
    if (!expected_until_) expected_until_ = now + time_to_start;
    membership_.want(id, std::move(at));
    dialler_.hurry(id, now);
    settle(now);
}

void Member::part(std::string_view name, Time now) {
    const auto id = membership_.find(name);
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
    spread(item);
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

/// What this member states itself.
void Member::spread(const Membership::Item &item) {
    for (auto &[id, link] : links_) {
        if (link->phase != Link::Phase::up) continue;
        link->pass_on(item);
        wrote(*link);
    }
}

/// News from another member: to the nearest neighbours at once, and to the others with the next heartbeat, unless they report it before; many
/// documents are offered to these by a digest. Otherwise each member would receive each fact from all its neighbours, and the more changes
/// there are the more would be sent twice.
void Member::pass_on(const Membership::Item &item, const Link &from) {
    for (auto &[id, link] : links_) {
        if (link->phase != Link::Phase::up || link.get() == &from) continue;
        // A digest does not contain who has left.
        if (link->nearest || membership_.state(item.origin) != State::up) {
            link->pass_on(item);
        } else {
            link->offer(item);
        }
        if (link->nearest) wrote(*link);
    }
}

std::string Member::take_output(LinkId id, std::size_t most) {
    Link *link = find(id);
    if (link == nullptr) {
        const auto last = final_output_.extract(id);
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
    auto &link = links_[id] = std::make_unique<Link>(id, false, nobody, now, observer_.awake(now), settings_.silence);
    link->certified = certified;
    return id; // its hello comes first: it knows whom it wants to reach
}

void Member::connected(LinkId id, std::string_view certified, Time now) {
    const auto dialled = dials_.find(id);
    if (dialled == dials_.end()) return put({.kind = Action::Kind::close, .link = id, .name = {}, .text = {}});
    now_ = now;
    auto &link = links_[id] = std::make_unique<Link>(id, true, dialled->second, now, observer_.awake(now), settings_.silence);
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
    const bool is_up = membership_.state(peer) == State::up;
    dialler_.failed(peer, why, now);
    if (!is_up) {
        unanswered_.push_back(peer);
        put({.kind = Action::Kind::failed, .name = names_.name(peer), .text = std::string(why)});
    }
    const bool doubts = is_up ? broke || never_linked : never_linked && membership_.disputed(peer);
    if (doubts && !membership_.accused_by_self(peer) && !observer_.suspects(peer)) {
        observer_.suspect(peer, (broke ? "its link ended, and a new one failed: " : "no link with it: ") + std::string(why),
                          conclusive, now);
    }
}

void Member::closed(LinkId id, std::string_view why, Time now) {
    now_ = now;
    if (const auto dialled = dials_.find(id); dialled != dials_.end()) return dial_failed(id, why, false, now);
    // During the greeting the host has accepted the connection and the program there has not greeted: the network is good.
    if (const Link *link = find(id)) end_link(id, why, true, link->phase == Link::Phase::greeting, now);
    settle(now);
}

void Member::renew(LinkId id, Time now) {
    Link *link = find(id);
    if (link == nullptr || link->phase != Link::Phase::up) return;
    now_ = now;
    if (settings_.name > names_.name(link->peer)) {
        take_renew(*link, now);
    } else {
        control(*link, FrameKind::renew, {});
    }
}

void Member::drop(LinkId id) {
    const auto at = links_.find(id);
    Link *link = at->second.get();
    if (const auto found = by_peer_.find(link->peer); found != by_peer_.end()) {
        std::erase(found->second, link);
        if (found->second.empty()) by_peer_.erase(found);
        ways_outdated_ = true;
    }
    links_.erase(at);
}

/// failed: it was no decision of either side.
void Member::end_link(LinkId id, std::string_view why, bool failed, bool conclusive, Time now) {
    Link *link = find(id);
    const bool was_up = link->phase == Link::Phase::up;
    const NodeId peer = link->peer != nobody ? link->peer : link->expected;
    const bool dialled = link->dialled;
    if (link->has_output()) final_output_[id] = link->take_output(membership_, SIZE_MAX);
    drop(id);
    put({.kind = Action::Kind::close, .link = id, .name = {}, .text = std::string(why)});
    if (peer == nobody) return;
    if (was_up && link_to(peer) == nullptr) {
        dialler_.unlinked(peer, failed, now);
    } else if (!was_up && dialled) {
        failed_to_reach(peer, why, conclusive, now);
    }
}

// ---- names ----

bool Member::needs(NodeId id) const {
    return by_peer_.contains(id) || std::ranges::any_of(dials_, [id](const auto &each) { return each.second == id; }) ||
           std::ranges::any_of(links_,
                               [id](const auto &each) { return each.second->peer == id || each.second->expected == id; });
}

void Member::forgotten(NodeId id) {
    hand_up(); // what has come from it
    dialler_.forget(id);
    observer_.trust(id);
    missing_since_.erase(id);
    std::erase(nearest_, id);
    std::erase(unanswered_, id);
    messages_.forget(id);
    ways_outdated_ = true;
}

// ---- messages ----

const Messages::Ways &Member::ways() {
    if (std::exchange(ways_outdated_, false)) {
        ways_.neighbours = linked();
        ++ways_.version;
    }
    return ways_;
}

Messages::Sent Member::send(std::string_view to, std::string_view channel, std::string_view text, std::uint64_t ticket,
                            Time now) {
    return messages_.send(to, channel, text, ticket, ways(), now);
}

Messages::Sent Member::broadcast(std::string_view channel, std::string_view text) {
    return messages_.broadcast(channel, text, ways(), now_);
}

// ---- state ----

std::vector<Action> Member::take_actions() { return std::exchange(actions_, {}); }

bool Member::is_up(std::string_view name) const {
    const auto id = membership_.find(name);
    return id && membership_.state(*id) == State::up && !membership_.parted(*id) && !isolated_;
}

bool Member::direct(std::string_view name) const {
    const auto id = membership_.find(name);
    return id && link_to(*id) != nullptr;
}

std::size_t Member::direct_links() const noexcept { return by_peer_.size(); }

std::vector<NodeId> Member::linked() const {
    std::vector<NodeId> out;
    for (const auto &[id, links] : by_peer_) out.push_back(id);
    std::ranges::sort(out);
    return out;
}

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
    const auto id = membership_.find(name);
    if (id) {
        if (const auto *history = dialler_.history(*id); history != nullptr && !history->why.empty()) return history->why;
        if (dialler_.is_target(*id)) return "no link with it yet";
    }
    return "no member has reported that it is up; others are its neighbours on the rings and dial it";
}

} // namespace kith::mesh
