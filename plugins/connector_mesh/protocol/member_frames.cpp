// SPDX-License-Identifier: MIT
//
// Member: what comes in.
#include "member.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr Time digest_interval = 30s;
constexpr std::size_t usual_list = 32768;
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
    hello.capabilities = heartbeats_in_turns;
    hello.run = membership_.run();
    hello.degree = static_cast<std::uint16_t>(settings_.degree);
    hello.heartbeat = static_cast<std::uint32_t>(settings_.heartbeat / 1ms);
    hello.wall = wall_;
    hello.expected = expected;
    control(link, FrameKind::hello, encode(hello));
}

void Member::received(LinkId id, std::string_view bytes, Time now) {
    Link *link = find(id);
    if (link == nullptr) return;
    now_ = now;
    link->heard = observer_.awake(now);
    link->in.append(bytes);
    while (link != nullptr) {
        const auto frame = link->in.next();
        if (!frame) break;
        take(*link, *frame, now);
        link = find(id);
    }
    if (link != nullptr && link->in.broken()) broken(*link, "it sent a frame of an impossible length", now);
    settle(now);
}

void Member::broken(Link &link, std::string_view what, Time now) {
    ++counters_.refused;
    end_link(link.id, what, true, false, now);
}

void Member::take(Link &link, const FrameReader::Frame &frame, Time now) {
    const bool up = link.phase == Link::Phase::up;
    switch (frame.kind) {
    case FrameKind::hello: return take_hello(link, frame.body, now);
    case FrameKind::welcome: return take_welcome(link, frame.body, now);
    case FrameKind::refuse: return take_refusal(link, frame.body, now);
    default: break;
    }
    // The other side may be up before this one: it has both welcomes, and this one's is on its way behind nothing.
    if (!up) return broken(link, "it sent data before its hello and welcome", now);
    switch (frame.kind) {
    case FrameKind::heartbeat: return take_heartbeat(link, frame.body, now);
    case FrameKind::kept: return take_kept(link, now);
    case FrameKind::verdict: return take_verdict(link, frame.body, now);
    case FrameKind::surplus:
        link.surplus_there = frame.body == std::string_view("\x01", 1);
        link.surplus_since = now;
        return;
    case FrameKind::facts: return take_facts(link, frame.body, now);
    case FrameKind::documents: return take_documents(link, frame.body, now);
    case FrameKind::digest: return take_digest(link, frame.body, now);
    case FrameKind::list: return take_list(link, frame.body, now);
    case FrameKind::message:
        if (!messages_.take(link.peer, frame.body, ways(), now)) broken(link, "it sent a message that is none", now);
        return;
    case FrameKind::receipt:
        if (!messages_.take_receipt(frame.body, ways())) broken(link, "it sent a receipt that is none", now);
        return;
    case FrameKind::renew: return take_renew(link, now);
    case FrameKind::goodbye: return end_link(link.id, std::string(frame.body.substr(0, longest_reason)), false, false, now);
    default: return; // of a later version
    }
}

// ---- greeting ----

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
    if (!membership_.room_for(name))
        return refuse_it(RefusalCode::busy, "too many members: " + std::to_string(settings_.limits.members));
    const NodeId id = names_.intern(name);
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
    link.hello_good = true;
    if (!link.dialled) send_hello(link);
    std::string welcome;
    const bool down = membership_.run(id) == hello->run && membership_.state(id) == State::down;
    append_number<4>(welcome, down ? membership_.alive(id) : 0);
    control(link, FrameKind::welcome, welcome);
    if (link.welcome_came) come_up(link, now);
}

void Member::take_verdict(Link &link, std::string_view body, Time now) {
    Reader in(body);
    const std::uint32_t down = in.u32();
    if (!in.good()) return broken(link, "it sent a verdict that is none", now);
    if (down >= membership_.alive()) link.told_down = true;
}

void Member::take_welcome(Link &link, std::string_view body, Time now) {
    Reader in(body);
    const std::uint32_t down = in.u32();
    if (!in.good() || link.welcome_came) return broken(link, "it sent a welcome that is none", now);
    link.welcome_came = true;
    link.told_down = down != 0 && down >= membership_.alive();
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

void Member::come_up(Link &link, Time now) {
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
    link.pass_on({membership_.self()});
    link.surplus_here = !dialler_.is_target(link.peer);
    link.surplus_since = now;
    if (link.surplus_here) control(link, FrameKind::surplus, std::string_view("\x01", 1));
    if (link.dialled) {
        send_digest(link);
    } else {
        link.next_digest = Time::max();
    }
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

// ---- facts ----

void Member::take_heartbeat(Link &link, std::string_view body, Time now) {
    const auto beat = read_heartbeat(body);
    if (!beat) return broken(link, "it sent a heartbeat that is none", now);
    link.last_stamp = beat->stamp;
    link.last_stamp_at = now;
    const Time echo{static_cast<std::int64_t>(beat->echo)};
    if (echo > 0s && beat->held >= 0s && now - echo >= beat->held) link.rtt = now - echo - beat->held;
    const Time next =
        std::clamp<Time>(std::chrono::milliseconds(beat->next), settings_.heartbeat, most_turns * settings_.heartbeat);
    link.silence = settings_.silence + (next - settings_.heartbeat);
}

void Member::learnt(Link &link, Membership::Applied applied, std::string_view origin) {
    switch (applied) {
    case Membership::Applied::news:
    case Membership::Applied::
        not_entitled: // views differ for a moment, and it counts nowhere unless the rings of a member entitle its origin
        for (const auto &item : membership_.news()) pass_on(item, link);
        return;
    case Membership::Applied::known: return;
    case Membership::Applied::own_name:
        if (!std::exchange(told_own_name_, true))
            notice("facts of another run of " + std::string(origin) + " are in the mesh: possibly two hosts have this name");
        [[fallthrough]];
    case Membership::Applied::old_run:
    case Membership::Applied::too_many: return;
    }
}

void Member::take_facts(Link &link, std::string_view body, Time now) {
    Reader in(body);
    while (!in.at_end()) {
        const auto fact = read_fact(in);
        if (!fact) return broken(link, "it sent a fact that is none", now);
        if (fact->origin == names_.name(link.peer) && fact->run != link.run)
            continue; // of itself, and not of the run that greeted
        const auto applied = membership_.apply(*fact, now);
        for (const auto &item : membership_.news()) link.has(item);
        learnt(link, applied, fact->origin);
    }
}

void Member::take_documents(Link &link, std::string_view body, Time now) {
    Reader in(body);
    while (!in.at_end()) {
        const auto document = read_document(in);
        if (!document) return broken(link, "it sent a document that is none", now);
        const Fact &joined = document->joined;
        if (joined.origin == names_.name(link.peer) && joined.run != link.run) continue;
        const auto applied = membership_.apply(*document);
        if (const auto id = names_.find(joined.origin);
            id && membership_.run(*id) == joined.run && membership_.complete(*id) <= document->complete)
            link.has({*id});
        learnt(link, applied, joined.origin);
    }
}

void Member::send_digest(Link &link) {
    link.next_digest = now_ + digest_interval;
    std::string body;
    for (const std::uint64_t each : membership_.digest()) append_number<8>(body, each);
    control(link, FrameKind::digest, body);
}

void Member::take_digest(Link &link, std::string_view body, Time now) {
    Reader in(body);
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < Membership::buckets; ++i) {
        if (in.u64() != membership_.digest()[i]) mask |= std::uint64_t{1} << i;
    }
    if (!in.good()) return broken(link, "it sent a digest that is none", now);
    if (mask != 0) send_lists(link, mask, true);
}

void Member::send_lists(Link &link, std::uint64_t mask, bool reply) {
    std::vector<Membership::Entry> entries;
    std::string bytes;
    std::uint64_t covered = 0;
    std::size_t count = 0;
    const auto flush = [&] {
        if (covered == 0) return;
        std::string body;
        append_number<8>(body, covered);
        append_number<1>(body, reply ? 1 : 0);
        append_number<2>(body, count);
        body += bytes;
        control(link, FrameKind::list, body);
        bytes.clear();
        covered = 0;
        count = 0;
    };
    // In one pass over the members when they are few, as usual.
    const bool at_once = membership_.names().size() < 512;
    for (std::uint64_t rest = mask; rest != 0;) {
        const std::uint64_t part = at_once ? rest : rest & (~rest + 1);
        rest &= ~part;
        entries.clear();
        membership_.list(part, entries);
        covered |= part;
        for (const auto &each : entries) {
            append_text(bytes, each.name);
            append_number<8>(bytes, each.run.start);
            append_number<8>(bytes, each.run.nonce);
            append_number<4>(bytes, each.complete);
        }
        count += entries.size();
        if (bytes.size() >= usual_list) flush();
    }
    flush();
}

void Member::take_list(Link &link, std::string_view body, Time now) {
    Reader in(body);
    const std::uint64_t mask = in.u64();
    const bool reply = in.u8() != 0;
    const std::size_t count = in.u16();
    std::vector<Membership::Entry> theirs;
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        Membership::Entry each;
        each.name = in.text(longest_name);
        each.run.start = in.u64();
        each.run.nonce = in.u64();
        each.complete = in.u32();
        theirs.push_back(each);
    }
    if (!in.good()) return broken(link, "it sent a list that is none", now);
    std::vector<NodeId> newer;
    const bool lacking = membership_.compare(mask, theirs, newer);
    for (const NodeId id : newer) link.pass_on({id});
    if (!newer.empty()) wrote(link);
    if (lacking && reply) send_lists(link, mask, false);
}

} // namespace kith::mesh
