// SPDX-License-Identifier: MIT
#include "link.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

constexpr std::size_t usual_frame = 16384; // of facts: small, so that what is urgent does not wait behind them

} // namespace

void Link::pass_on(const Membership::Item &item) {
    if (item.subject == nobody) {
        documents_.insert(item.origin);
        return;
    }
    if (facts_.size() < 64 && std::ranges::find(facts_, item) != facts_.end()) return; // it is sent as it is then
    facts_.push_back(item);
}

void Link::offer(const Membership::Item &item) {
    if (item.subject != nobody) return pass_on(item);
    if (digest_due_ || std::ranges::find(offers_, item.origin) != offers_.end()) return;
    if (offers_.size() < most_offers) {
        offers_.push_back(item.origin);
    } else {
        offers_ = {};
        digest_due_ = true;
    }
}

void Link::compared() noexcept {
    offers_ = {};
    digest_due_ = false;
}

void Link::has(const Membership::Item &item) {
    if (item.subject == nobody) {
        documents_.erase(item.origin);
        std::erase(offers_, item.origin);
        return;
    }
    // The latest first: both sides learn the same things at about the same time.
    for (std::size_t i = facts_.size(), looked = 0; i > 0 && looked < 64; --i, ++looked) {
        if (facts_[i - 1] != item) continue;
        facts_.erase(facts_.begin() + static_cast<std::ptrdiff_t>(i - 1));
        return;
    }
}

std::string Link::take_output(const Membership &membership, std::size_t most) {
    std::string out = std::exchange(control_, {});
    // Accusations before documents: there may be thousands of these.
    std::string facts, documents;
    const auto room = [&] { return out.size() + facts.size() + documents.size() < most; };
    std::size_t taken = 0;
    for (; taken < facts_.size() && room(); ++taken) {
        membership.encode_fact(facts_[taken], facts);
        if (facts.size() >= usual_frame) append_frame(out, FrameKind::facts, std::exchange(facts, {}));
    }
    facts_.erase(facts_.begin(), facts_.begin() + static_cast<std::ptrdiff_t>(taken));
    for (const NodeId each : std::exchange(offers_, {})) documents_.insert(each);
    if (documents_.size() > 100) documents.reserve(usual_frame + 256);
    while (!documents_.empty() && room()) {
        const NodeId origin = documents_.pop();
        if (!membership.encode_fact({origin}, facts)) membership.encode_document(origin, documents);
        if (facts.size() >= usual_frame) append_frame(out, FrameKind::facts, std::exchange(facts, {}));
        if (documents.size() >= usual_frame) append_frame(out, FrameKind::documents, std::exchange(documents, {}));
    }
    if (!facts.empty()) append_frame(out, FrameKind::facts, facts);
    if (!documents.empty()) append_frame(out, FrameKind::documents, documents);
    if (std::exchange(digest_due_, false)) append_frame(out, FrameKind::digest, membership.encode_digest());
    if (out.size() < most && messages.bytes() > largest_piece)
        out.reserve(out.size() + std::min(most - out.size(), messages.bytes()) + 2 * largest_piece);
    while (!messages.empty() && out.size() < most) {
        MessageQueue::Piece next = messages.pop();
        append_frame(out, next.kind, next.body);
        messages.give_back(std::move(next));
    }
    return out;
}

} // namespace kith::mesh
