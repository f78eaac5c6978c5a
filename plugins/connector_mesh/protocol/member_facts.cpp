// SPDX-License-Identifier: MIT
//
// Member: the facts of members, and the digests by which two members find out which ones one of them lacks.
#include "member.hpp"

#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr Time digest_interval = 30s;
constexpr Time time_to_compare = 100ms; // for a digest, lists and documents
constexpr std::size_t many_members = 512;
constexpr std::size_t usual_list = 32768; // bytes

} // namespace

void Member::learnt(Link &link, Membership::Applied applied, std::string_view origin) {
    switch (applied) {
    case Membership::Applied::news:
    case Membership::Applied::
        not_entitled: // views differ for a moment, and it counts nowhere unless the rings of a member entitle its origin
        for (const auto &item : membership_.news()) pass_on(item, link);
        return;
    case Membership::Applied::known: return;
    case Membership::Applied::own_name:
        if (!std::exchange(reported_own_name_, true))
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
        if (const NodeId id = membership_.origin();
            id != nobody && membership_.run(id) == joined.run && membership_.complete(id) <= document->complete)
            link.has({id});
        learnt(link, applied, joined.origin);
    }
}

void Member::send_digest(Link &link) {
    link.next_digest = link.dialled ? now_ + digest_interval : Time::max();
    link.compared();
    control(link, FrameKind::digest, membership_.encode_digest());
}

/// Is this member comparing with another one at the moment? What it lacks is possibly on its way then.
bool Member::compares(Time now) const noexcept { return now < may_compare_ && names_.count() >= many_members; }

/// Who has many members compares with one after the other: a digest waits for the heartbeat after the present comparison, and mostly it is equal
/// then. Otherwise a new one of ten thousand would get all documents from each of its neighbours.
void Member::compare(Link &link, Time now) {
    if (compares(now)) {
        link.next_digest = may_compare_;
        return;
    }
    may_compare_ = now + time_to_compare;
    send_digest(link);
}

void Member::take_digest(Link &link, std::string_view body, Time now) {
    Reader in(body);
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < Membership::buckets; ++i) {
        if (in.u64() != membership_.digest()[i]) mask |= std::uint64_t{1} << i;
    }
    if (!in.good()) return broken(link, "it sent a digest that is none", now);
    link.compared();
    if (mask == 0) return;
    if (compares(now)) {
        link.next_digest = may_compare_;
    } else {
        may_compare_ = now + time_to_compare;
        send_lists(link, mask, true);
    }
}

void Member::send_lists(Link &link, std::uint64_t mask, bool reply) {
    std::vector<Membership::Entry> entries;
    membership_.list(mask, entries);
    std::string bytes;
    std::uint64_t covered = 0;
    std::size_t count = 0;
    const auto flush = [&] {
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
    auto each = entries.begin();
    for (std::uint64_t rest = mask; rest != 0; rest &= rest - 1) {
        covered |= rest & (~rest + 1);
        for (; each != entries.end() && (covered >> each->bucket & 1) != 0; ++each, ++count) {
            append_text(bytes, each->name);
            append_number<8>(bytes, each->run.start);
            append_number<8>(bytes, each->run.nonce);
            append_number<4>(bytes, each->complete);
        }
        if (bytes.size() >= usual_list) flush();
    }
    if (covered != 0) flush();
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
