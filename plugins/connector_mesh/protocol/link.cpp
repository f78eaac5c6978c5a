// SPDX-License-Identifier: MIT
#include "link.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

constexpr std::size_t usual_frame = 16384; // of facts: small, so that what is urgent does not wait behind them

} // namespace

void Link::pass_on(const Membership::Item &item) {
    if (items_.size() < 64 && std::ranges::find(items_, item) != items_.end()) return; // it is sent as it is then
    items_.push_back(item);
}

void Link::has(const Membership::Item &item) {
    // The latest first: both sides learn the same things at about the same time.
    for (std::size_t i = items_.size(), looked = 0; i > 0 && looked < 64; --i, ++looked) {
        if (items_[i - 1] != item) continue;
        items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(i - 1));
        return;
    }
}

std::string Link::take_output(const Membership &membership, std::size_t most) {
    std::string out = std::exchange(control_, {});
    // Accusations before documents: there may be thousands of these.
    std::string facts, documents;
    std::size_t taken = 0;
    for (; taken < items_.size() && out.size() + facts.size() + documents.size() < most; ++taken) {
        if (!membership.encode_fact(items_[taken], facts) && items_[taken].subject == nobody)
            membership.encode_document(items_[taken].origin, documents);
        if (facts.size() >= usual_frame) append_frame(out, FrameKind::facts, std::exchange(facts, {}));
        if (documents.size() >= usual_frame) append_frame(out, FrameKind::documents, std::exchange(documents, {}));
    }
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(taken));
    if (!facts.empty()) append_frame(out, FrameKind::facts, facts);
    if (!documents.empty()) append_frame(out, FrameKind::documents, documents);
    while (!messages.empty() && out.size() < most) append_frame(out, FrameKind::message, messages.pop());
    return out;
}

} // namespace kith::mesh
