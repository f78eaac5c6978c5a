// SPDX-License-Identifier: MIT
//
// Member: the greeting of a link, and which of two links with one member is kept.
#include "member.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t clock_doubt = 60'000; // ms: a larger difference of two clocks is named in a refusal

std::string clock_text(std::uint64_t ours, std::uint64_t theirs) {
    const std::uint64_t apart = ours > theirs ? ours - theirs : theirs - ours;
    if (apart < clock_doubt) return {};
    return "; the clocks of the two hosts are " + std::to_string(apart / 1000) + " s apart: set them";
}

} // namespace

void Member::send_hello(Link &link) {
    const std::string expected = link.expected == nobody ? std::string() : names_.name(link.expected);
    Hello hello;
    hello.cluster = settings_.cluster;
    hello.name = settings_.name;
    hello.capabilities = heartbeats_in_turns | messages_in_batches;
    hello.run = membership_.run();
    hello.degree = static_cast<std::uint16_t>(settings_.degree);
    hello.heartbeat = static_cast<std::uint32_t>(settings_.heartbeat / 1ms);
    hello.wall = wall_;
    hello.expected = expected;
    control(link, FrameKind::hello, encode(hello));
}

void Member::refuse(Link &link, RefusalCode code, std::string_view reason, std::uint64_t start, Time now) {
    ++counters_.refused;
    control(link, FrameKind::refuse, encode(Refusal{code, start, reason}));
    const LinkId id = link.id;
    end_link(id, reason, false, false, now);
}

void Member::take_hello(Link &link, std::string_view body, Time now) {
    if (link.hello_good) return broken(link, "it sent a second hello", now);
    const auto hello = read_hello(body);
    if (!hello)
        return broken(link, "what it sent is no hello of a kith mesh: another program listens there, or dials this port", now);
    const std::string name(hello->name);
    const auto refuse_it = [&](RefusalCode code, const std::string &reason, std::uint64_t start = 0) {
        if (code != RefusalCode::duplicate && code != RefusalCode::parted) notice("refused " + name + ": " + reason);
        refuse(link, code, reason, start, now);
    };
    if (hello->version != protocol_version)
        return refuse_it(RefusalCode::version, "version " + std::to_string(hello->version) + " of the protocol: expected " +
                                                   std::to_string(protocol_version) + "; install the same release of kith");
    if (hello->cluster != settings_.cluster)
        return refuse_it(RefusalCode::cluster, name + " is of the cluster `" + std::string(hello->cluster) + "`, and " +
                                                   settings_.name + " of `" + settings_.cluster +
                                                   "`: option cluster differs, or an address is in use by another cluster");
    if (!link.certified.empty() && link.certified != name)
        return refuse_it(RefusalCode::name, "it calls itself " + name + ", and its certificate is that of " + link.certified);
    if (name == settings_.name)
        return refuse_it(RefusalCode::own_name,
                         "both sides are called " + name + ": the address is this host's own, or two hosts have one name");
    if (link.dialled && name != names_.name(link.expected))
        return refuse_it(RefusalCode::name, name + " answers at the address of " + names_.name(link.expected));
    if (!hello->expected.empty() && hello->expected != settings_.name)
        return refuse_it(RefusalCode::name, settings_.name + " answers at the address of " + std::string(hello->expected));
    if (hello->degree != settings_.degree || hello->heartbeat != settings_.heartbeat / 1ms)
        return refuse_it(RefusalCode::settings,
                         "degree " + std::to_string(hello->degree) + " and heartbeat " + std::to_string(hello->heartbeat) +
                             " ms: expected those of " + settings_.name + ", " + std::to_string(settings_.degree) + " and " +
                             std::to_string(settings_.heartbeat / 1ms) + " ms; they must be equal in a cluster");
    if (!membership_.make_room(name))
        return refuse_it(RefusalCode::busy, "too many members: " + std::to_string(settings_.limits.members));
    const NodeId id = membership_.learn(name);
    if (membership_.parted(id))
        return refuse_it(RefusalCode::parted, "the policy of " + settings_.name + " has parted from " + name);
    if (const Run known = membership_.run(id); hello->run < known) {
        const bool alive = link_to(id) != nullptr;
        return refuse_it(alive ? RefusalCode::duplicate : RefusalCode::older_run,
                         alive ? "another process of this name, started later, is linked with " + settings_.name
                               : "a later run of " + name + " was known to " + settings_.name +
                                     ": this one is an old copy, or its clock was set back" + clock_text(wall_, hello->wall),
                         known.start);
    }
    link.peer = id;
    link.run = hello->run;
    link.takes_turns = (hello->capabilities & heartbeats_in_turns) != 0;
    link.takes_batches = (hello->capabilities & messages_in_batches) != 0;
    link.hello_good = true;
    if (!link.dialled) send_hello(link);
    std::string welcome;
    const bool down = membership_.run(id) == hello->run && membership_.state(id) == State::down;
    append_number<4>(welcome, down ? membership_.alive(id) : 0);
    control(link, FrameKind::welcome, welcome);
    if (link.welcome_came) come_up(link, now);
}

void Member::take_welcome(Link &link, std::string_view body, Time now) {
    Reader in(body);
    const std::uint32_t down = in.u32();
    if (!in.good() || link.welcome_came) return broken(link, "it sent a welcome that is none", now);
    link.welcome_came = true;
    link.believed_down = down != 0 && down >= membership_.alive();
    if (link.hello_good) come_up(link, now);
}

void Member::take_refusal(Link &link, std::string_view body, Time now) {
    const auto refusal = read_refusal(body);
    if (!refusal) return broken(link, "it sent a refusal that is none", now);
    const std::string reason(refusal->reason);
    const bool alone = by_peer_.empty();
    if (refusal->code == RefusalCode::older_run && alone && refusal->start >= membership_.run().start) {
        // This host's clock was set back between two starts. Nobody has accepted this run yet, so it can be a later one.
        membership_.take_run({refusal->start + 1, membership_.run().nonce});
        notice("the clock of this host is behind that of its last start: " + reason);
    }
    end_link(link.id, "refused: " + reason, false, true, now);
}

void Member::hear(Time now) {
    if (now - std::exchange(heard_, now) >= patience_with_unwanted) gap_ended_ = now;
}

/// A link has come up. If this member heard nobody for so long that others have given it up, it has missed who ended meanwhile. It is not enough
/// that it heard nobody: when all stood still together, as on a computer that slept, they go on with the links that they have.
void Member::check_gap(Time now) {
    constexpr Time to_link_again = 1min;
    hear(now);
    if (gap_ended_ == Time::max() || gap_ended_ + to_link_again <= now) return;
    gap_ended_ = Time::max();
    membership_.doubt_all("this host was cut off for more than an hour, and no other one has reported since that it is up");
}

void Member::come_up(Link &link, Time now) {
    check_gap(now);
    link.phase = Link::Phase::up;
    link.up_since = now;
    link.heard = observer_.awake(now);
    auto &links = by_peer_[link.peer];
    ways_outdated_ = true;
    const std::vector<Link *> others = links;
    links.push_back(&link);
    observer_.trust(link.peer);
    dialler_.linked(link.peer);
    if (const auto item = membership_.clear(link.peer)) spread(*item);
    if (membership_.state(link.peer) != State::up || membership_.run(link.peer) != link.run)
        overlay_due_ = std::min(overlay_due_, now);
    for (Link *other : others) {
        if (other->run != link.run) {
            end_link(other->id, "replaced by a later run", false, false, now);
            continue;
        }
        // Two at once: the one that the greater name dialled is kept. The other goes when both sides have the kept one.
        const bool mine_greater = settings_.name > names_.name(link.peer);
        Link *going = link.dialled == other->dialled ? other : (link.dialled == mine_greater ? other : &link);
        Link *staying = going == other ? &link : other;
        std::erase(links, staying);
        links.insert(links.begin(), staying);
        staying->messages.take(going->messages); // the other side reads no further than `kept`
        if (staying->has_output()) wrote(*staying);
        if (!std::exchange(going->kept_sent, true)) control(*going, FrameKind::kept, {});
        if (going->kept_came) take_kept(*going, now);
        if (going == &link) return;
    }
    link.nearest = std::ranges::binary_search(nearest_, link.peer);
    link.pass_on({membership_.self()});
    link.surplus_here = !dialler_.is_target(link.peer);
    link.surplus_since = now;
    if (link.surplus_here) control(link, FrameKind::surplus, std::string_view("\x01", 1));
    if (link.dialled) compare(link, now);
    wrote(link);
}

/// Of two links at once that both were dialled by the greater name the newer is kept, so the old one goes when the new one is up.
void Member::take_renew(Link &link, Time now) {
    constexpr Time pause = 2s;
    const NodeId peer = link.peer;
    const bool under_way = std::ranges::any_of(dials_, [peer](const auto &each) { return each.second == peer; });
    if (settings_.name < names_.name(peer) || under_way || ending_ || (link.renewed >= 0s && link.renewed + pause > now))
        return;
    link.renewed = now;
    dial(peer);
}

/// The other side has the kept link. When this side has it too, this one is of no use.
void Member::take_kept(Link &link, Time now) {
    link.kept_came = true;
    if (!link.kept_sent) return;
    end_link(link.id, "one of two links at once", false, false, now);
}

} // namespace kith::mesh
