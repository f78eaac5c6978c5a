// SPDX-License-Identifier: MIT
#include "sent_messages.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

SentMessages::Stream *SentMessages::find(std::string_view to, std::string_view channel) {
    // Mostly it is the one of the message before.
    if (last_ != nullptr && last_->first == View{to, channel}) return &last_->second;
    const auto at = streams_.find(View{to, channel});
    if (at == streams_.end()) return nullptr;
    last_ = &*at;
    return &at->second;
}

SentMessages::Stream &SentMessages::open(std::string_view to, NodeId id, std::string_view channel, FlowId flow) {
    Stream &out = streams_[Key{std::string(to), std::string(channel)}];
    out.to = id;
    out.id = streams_.size();
    out.flow = flow;
    return out;
}

void SentMessages::add(Stream &to, std::uint64_t ticket, Time now) {
    to.waiting.push_back({++to.last, ticket, now + patience});
    ++waiting_;
    due_ = std::min(due_, now + patience);
}

void SentMessages::ended(std::string_view to, std::string_view channel, std::uint64_t first, std::uint64_t count,
                         std::string_view why) {
    Stream *of = find(to, channel);
    if (of == nullptr) return;
    const auto from = std::ranges::lower_bound(of->waiting, first, {}, &Waiting::number);
    auto end_of_them = from;
    while (end_of_them != of->waiting.end() && end_of_them->number - first < count) ++end_of_them;
    end(*of, from, end_of_them, why);
}

void SentMessages::end(Stream &of, const Position &first, const Position &last, std::string_view why) {
    if (first == last) return;
    if (done_.empty() || done_.back().why != why) done_.push_back({{}, std::string(why)});
    auto &tickets = done_.back().tickets;
    const auto count = static_cast<std::size_t>(last - first);
    if (tickets.size() + count > tickets.capacity()) tickets.reserve(std::max(2 * tickets.capacity(), tickets.size() + count));
    for (auto at = first; at != last; ++at) tickets.push_back(at->ticket);
    waiting_ -= count;
    of.waiting.erase(first, last);
}

void SentMessages::gone(NodeId to, std::string_view why) {
    if (waiting_ == 0) return;
    const std::string text = "the receiver is down: " + std::string(why);
    for (auto &[key, of] : streams_) {
        if (of.to == to) end(of, of.waiting.begin(), of.waiting.end(), text);
    }
}

void SentMessages::advance(Time now) {
    if (now < due_) return;
    due_ = Time::max();
    static const std::string late = "no receipt came within " + std::to_string(patience / std::chrono::seconds(1)) +
                                    " s; it has possibly arrived nevertheless";
    for (auto &[key, of] : streams_) {
        const auto still = std::ranges::upper_bound(of.waiting, now, {}, &Waiting::until);
        end(of, of.waiting.begin(), still, late);
        if (!of.waiting.empty()) due_ = std::min(due_, of.waiting.front().until);
    }
}

std::vector<SentMessages::Done> SentMessages::take_done() { return std::exchange(done_, {}); }

} // namespace kith::mesh
