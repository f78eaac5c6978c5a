// SPDX-License-Identifier: MIT
//
// Membership: what two members compare, and what one of them lacks.
#include "membership.hpp"
#include "node_set.hpp"

#include <algorithm>

namespace kith::mesh {

std::string Membership::encode_digest() const {
    std::string out;
    for (const std::uint64_t each : digest_) append_number<8>(out, each);
    return out;
}

void Membership::list(std::uint64_t mask, std::vector<Entry> &out) const {
    for (NodeId id = 0; id < records_.size(); ++id) {
        const Record &of = records_[id];
        if (of.state == State::up && (mask >> (names_.hash(id) % buckets) & 1) != 0)
            out.push_back({names_.name(id), of.run, of.complete, names_.hash(id) % buckets});
    }
    std::ranges::stable_sort(out, {}, &Entry::bucket);
}

bool Membership::compare(std::uint64_t mask, std::span<const Entry> theirs, std::vector<NodeId> &newer) {
    bool lacking = false;
    NodeSet listed;
    origin_now_ = nobody;
    for (const Entry &each : theirs) {
        auto id = find(each.name);
        if (!id && former(each.name) != nullptr && superseded(each.name, each.run, each.complete) != Applied::news &&
            make_room(each.name))
            id = learn(each.name); // it is believed up there, and is not
        if (!id) {
            lacking = lacking || superseded(each.name, each.run, each.complete) == Applied::news;
            continue;
        }
        listed.insert(*id);
        const Record &of = records_[*id];
        if (std::pair(of.run, of.complete) < std::pair(each.run, each.complete)) {
            lacking = true;
        } else if (of.state == State::down) {
            dispute(*id);
        } else if (of.state != State::up || std::pair(each.run, each.complete) < std::pair(of.run, of.complete)) {
            newer.push_back(*id);
        }
    }
    for (NodeId id = 0; id < records_.size(); ++id) {
        if (records_[id].state == State::up && (mask >> (names_.hash(id) % buckets) & 1) != 0 && !listed.contains(id))
            newer.push_back(id);
    }
    return lacking;
}

bool Membership::encode_document(NodeId origin, std::string &out) const {
    if (state(origin) != State::up) return false;
    const Record &of = records_[origin];
    const Endpoint at = endpoint(origin);
    Document document;
    document.joined.kind = FactKind::joined;
    document.joined.origin = names_.name(origin);
    document.joined.run = of.run;
    document.joined.number = of.alive;
    document.joined.address = at.address;
    document.joined.port = at.port;
    document.complete = of.complete;
    if (const auto found = accused_by_.find(origin); found != accused_by_.end()) {
        for (const NodeId subject : found->second) {
            const Accusation &entry = accusations_.at({subject, origin});
            if (!entry.stands || entry.number > of.complete || entry.number < of.alive) continue;
            document.accusations.push_back(fact_of({origin, subject}, entry));
        }
    }
    append(out, document);
    return true;
}

bool Membership::encode_fact(const Item &item, std::string &out) const {
    if (item.subject == nobody) {
        if (state(item.origin) != State::left && state(item.origin) != State::restarting) return false;
        const Record &of = records_[item.origin];
        Fact fact;
        fact.kind = of.state == State::left ? FactKind::left : FactKind::restarting;
        fact.origin = names_.name(item.origin);
        fact.run = of.run;
        fact.number = of.alive;
        append(out, fact);
        return true;
    }
    const auto entry = accusations_.find({item.subject, item.origin});
    if (entry == accusations_.end()) return false;
    append(out, fact_of(item, entry->second));
    return true;
}

Fact Membership::fact_of(const Item &item, const Accusation &entry) const {
    Fact out;
    out.kind = entry.stands ? FactKind::accused : FactKind::cleared;
    out.origin = names_.name(item.origin);
    out.run = records_[item.origin].run;
    out.number = entry.number;
    out.subject = names_.name(item.subject);
    out.subject_run = entry.run;
    out.alive = entry.alive;
    out.conclusive = entry.conclusive;
    out.reason = entry.reason;
    return out;
}

} // namespace kith::mesh
