// SPDX-License-Identifier: MIT
#include "sent_messages.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

constexpr std::size_t most_spare = 64;

} // namespace

SentMessages::Stream *SentMessages::find(std::string_view to, std::string_view channel) {
    // Mostly it is the one of the message before.
    if (last_ != nullptr && last_->first == View{to, channel}) return &last_->second;
    const auto at = streams_.find(View{to, channel});
    if (at == streams_.end()) return nullptr;
    last_ = &*at;
    return &at->second;
}

SentMessages::Stream &SentMessages::open(std::string_view to, NodeId id, std::string_view channel, FlowId flow, Time now) {
    // As many may wait for a receipt as there may be streams, so one without any exists unless it is `full`.
    if (streams_.size() >= most_streams) forget_oldest();
    const auto at = streams_.try_emplace(Key{std::string(to), std::string(channel)}).first;
    Stream &out = at->second;
    out.to = id;
    out.id = ++opened_;
    out.flow = flow;
    out.last = forgotten_;
    out.used = now;
    out.place = idle_.insert(idle_.end(), &*at);
    return out;
}

void SentMessages::forget_oldest() {
    Node *const oldest = idle_.front();
    // A stream that is opened anew has greater numbers than it had before: a receiver that still knows it takes them as later ones.
    forgotten_ = std::max(forgotten_, oldest->second.last);
    if (last_ == oldest) last_ = nullptr;
    idle_.pop_front();
    streams_.erase(streams_.find(View(oldest->first)));
}

void SentMessages::add(Stream &to, std::uint64_t ticket, Time now) {
    if (!to.waiting) {
        if (spare_.empty()) {
            to.waiting = std::make_unique<Queue>();
        } else {
            to.waiting = std::move(spare_.back());
            spare_.pop_back();
        }
        busy_.splice(busy_.end(), idle_, to.place);
    }
    to.waiting->push_back({++to.last, ticket, now + patience});
    to.used = now;
    ++waiting_;
    due_ = std::min(due_, now + patience);
}

void SentMessages::ended(std::string_view to, std::string_view channel, std::uint64_t first, std::uint64_t count,
                         std::string_view why) {
    Stream *of = find(to, channel);
    if (of == nullptr || !of->waiting) return;
    const auto from = std::ranges::lower_bound(*of->waiting, first, {}, &Waiting::number);
    auto end_of_them = from;
    while (end_of_them != of->waiting->end() && end_of_them->number - first < count) ++end_of_them;
    end(*of, from, end_of_them, why);
}

void SentMessages::end(Stream &of, const Queue::iterator &first, const Queue::iterator &last, std::string_view why) {
    if (first == last) return;
    if (done_.empty() || done_.back().why != why) done_.push_back({{}, std::string(why)});
    auto &tickets = done_.back().tickets;
    const auto count = static_cast<std::size_t>(last - first);
    if (tickets.size() + count > tickets.capacity()) tickets.reserve(std::max(2 * tickets.capacity(), tickets.size() + count));
    for (auto at = first; at != last; ++at) tickets.push_back(at->ticket);
    waiting_ -= count;
    of.waiting->erase(first, last);
    if (!of.waiting->empty()) return;
    if (spare_.size() < most_spare) {
        spare_.push_back(std::move(of.waiting));
    } else {
        of.waiting.reset();
    }
    idle_.splice(idle_.end(), busy_, of.place);
}

void SentMessages::gone(NodeId to, std::string_view why) {
    if (waiting_ == 0) return;
    const std::string text = "the receiver is down: " + std::string(why);
    for (auto next = busy_.begin(); next != busy_.end();) {
        Stream &of = (*next++)->second;
        if (of.to == to) end(of, of.waiting->begin(), of.waiting->end(), text);
    }
}

void SentMessages::advance(Time now) {
    while (!idle_.empty() && idle_.front()->second.used + forgotten_after <= now) forget_oldest();
    if (now < due_) return;
    due_ = Time::max();
    static const std::string late = "no receipt came within " + std::to_string(patience / std::chrono::seconds(1)) +
                                    " s; it has possibly arrived nevertheless";
    for (auto next = busy_.begin(); next != busy_.end();) {
        Stream &of = (*next++)->second;
        end(of, of.waiting->begin(), std::ranges::upper_bound(*of.waiting, now, {}, &Waiting::until), late);
        if (of.waiting) due_ = std::min(due_, of.waiting->front().until);
    }
}

std::vector<SentMessages::Done> SentMessages::take_done() { return std::exchange(done_, {}); }

} // namespace kith::mesh
