// SPDX-License-Identifier: MIT
#include "question.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::app {

namespace {

using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr nanoseconds longest = std::chrono::hours(24);

// The more a failure tells, the further in front.
constexpr std::array worst_first = {KITH_UNAVAILABLE, KITH_DENIED, KITH_PROTOCOL, KITH_TIMED_OUT,
                                    KITH_UNREACHABLE, KITH_LIMIT,  KITH_IO};

bool tells_more(std::int32_t one, std::int32_t other) {
    return std::ranges::find(worst_first, one) < std::ranges::find(worst_first, other);
}

constexpr unsigned refused = 5;

} // namespace

DnsQuestion::DnsQuestion(boost::asio::io_context &io, DnsQuery query, const ResolverSettings &settings, const std::string &path)
    : io_(io),
      query_(std::move(query)),
      wait_(settings.wait),
      names_(dns_candidates(query_, settings.domains, settings.ndots)),
      servers_(query_.servers.empty() ? settings.servers : query_.servers),
      no_server_(path + " names no server that could be asked") {
    std::ranges::reverse(names_);
}

void DnsQuestion::start(Done done) {
    done_ = std::move(done);
    deadline_ = Clock::now() +
                std::min(nanoseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(query_.timeout, INT64_MAX))), longest);
    boost::asio::post(io_, [self = shared_from_this()] {
        if (self->done_) self->ask_name();
    });
}

void DnsQuestion::stop() noexcept {
    done_ = nullptr;
    if (exchange_) exchange_->stop();
    exchange_.reset();
}

void DnsQuestion::ask_name() {
    outcome_ = {};
    outcome_.name = std::move(names_.back());
    names_.pop_back();
    if (servers_.empty()) {
        outcome_.status = KITH_UNREACHABLE;
        outcome_.text = query_.what() + ": " + no_server_;
        return end();
    }
    to_ask_.assign(servers_.rbegin(), servers_.rend());
    silent_.clear();
    again_ = false;
    ask_next();
}

void DnsQuestion::ask_next() {
    if (to_ask_.empty() && !std::exchange(again_, true)) to_ask_.assign(silent_.rbegin(), silent_.rend());
    const nanoseconds left = deadline_ - Clock::now();
    if (to_ask_.empty() || left <= nanoseconds(0)) return end();
    const DnsServer server = std::move(to_ask_.back());
    to_ask_.pop_back();
    // Whoever is still to come shall have some of the time: the rest of this round, and the silent ones' second one.
    const auto turns = static_cast<std::int64_t>(again_ ? to_ask_.size() + 1 : 2 * (to_ask_.size() + 1) + silent_.size());
    const auto wait = std::min(static_cast<std::uint64_t>(left.count() / turns), wait_);
    exchange_ = std::make_shared<DnsExchange>(io_);
    exchange_->start(server, outcome_.name, query_.type, wait, [weak = weak_from_this(), server](const DnsReply &reply) {
        const auto self = weak.lock();
        if (self && self->done_) self->replied(server, reply);
    });
}

void DnsQuestion::replied(const DnsServer &server, const DnsReply &reply) {
    exchange_.reset();
    switch (reply.status) {
    case KITH_OK: break;
    case KITH_TIMED_OUT:
        if (!again_) silent_.push_back(server);
        failed(reply.status, server, "did not reply");
        return ask_next();
    case KITH_UNREACHABLE:
        failed(reply.status, server, "cannot be reached: no server listens there, or no route leads there");
        return ask_next();
    default:
        failed(reply.status, server, "could not be asked: no memory or no descriptor was left, or the system failed");
        return ask_next();
    }
    auto message = read_dns_message(reply.bytes, outcome_.name, query_.type);
    if (!message) {
        failed(KITH_PROTOCOL, server, "replied with a malformed message");
        return ask_next();
    }
    if (message->kind == 0) {
        failed(message->code == refused ? KITH_DENIED : KITH_UNAVAILABLE, server, "answered " + message->problem);
        return ask_next();
    }
    answered(std::move(*message));
}

void DnsQuestion::answered(DnsMessage answer) {
    if (answer.kind == KITH_DNS_NXDOMAIN && !names_.empty()) return ask_name();
    outcome_.status = KITH_OK;
    outcome_.text.clear();
    outcome_.answer = std::move(answer);
    end();
}

void DnsQuestion::failed(std::int32_t status, const DnsServer &server, std::string_view what) {
    if (outcome_.status != KITH_OK && !tells_more(status, outcome_.status)) return;
    outcome_.status = status;
    outcome_.text = std::string(dns_type_text(query_.type)) + " of " + outcome_.name + ": " + server.text() + ' ';
    outcome_.text += what;
}

void DnsQuestion::end() {
    if (auto done = std::exchange(done_, nullptr)) done(outcome_);
}

} // namespace kith::app
