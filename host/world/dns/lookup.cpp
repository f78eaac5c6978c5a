// SPDX-License-Identifier: MIT
#include "lookup.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kith::app {

namespace {

using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr nanoseconds longest = std::chrono::hours(24);

// Failures in the order of their significance.
constexpr std::array worst_first = {KITH_UNAVAILABLE, KITH_DENIED, KITH_PROTOCOL, KITH_TIMED_OUT,
                                    KITH_UNREACHABLE, KITH_LIMIT,  KITH_IO};

bool tells_more(std::int32_t one, std::int32_t other) {
    return std::ranges::find(worst_first, one) < std::ranges::find(worst_first, other);
}

constexpr unsigned format_error = 1,
                   not_implemented = 4; // replies to an OPT record by servers that do not support it (RFC 6891, 7)

// Consul omits random instances from a reply over UDP and does not set TC.
bool is_consul(std::string_view name) {
    constexpr std::string_view domain = "consul";
    if (name.size() < domain.size() || (name.size() > domain.size() && name[name.size() - domain.size() - 1] != '.'))
        return false;
    return std::ranges::equal(name.substr(name.size() - domain.size()), domain, [](char a, char b) { return (a | 0x20) == b; });
}

} // namespace

DnsLookup::DnsLookup(boost::asio::io_context &io, DnsQuery query, const ResolverSettings &settings, const std::string &path)
    : io_(io),
      query_(std::move(query)),
      wait_(settings.wait),
      names_(dns_candidates(query_, settings.domains, settings.ndots)),
      servers_(query_.servers.empty() ? settings.servers : query_.servers),
      no_server_(path + (settings.trouble.empty() ? " names no server that could be asked" : ": " + settings.trouble)) {
    std::ranges::reverse(names_);
}

void DnsLookup::start(Done done) {
    done_ = std::move(done);
    deadline_ = Clock::now() +
                std::min(nanoseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(query_.timeout, INT64_MAX))), longest);
    boost::asio::post(io_, [self = shared_from_this()] {
        if (self->done_) self->ask_name();
    });
}

void DnsLookup::stop() noexcept {
    done_ = nullptr;
    if (server_query_) server_query_->stop();
    server_query_.reset();
}

void DnsLookup::ask_name() {
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

void DnsLookup::ask_next() {
    over_udp_.reset();
    if (to_ask_.empty() && !std::exchange(again_, true)) to_ask_.assign(silent_.rbegin(), silent_.rend());
    if (to_ask_.empty()) return end();
    const DnsServer server = std::move(to_ask_.back());
    to_ask_.pop_back();
    ask(server, {.edns = true, .tcp = is_consul(outcome_.name)});
}

void DnsLookup::ask(const DnsServer &server, DnsTransport manner) {
    const nanoseconds left = deadline_ - Clock::now();
    if (left <= nanoseconds(0)) {
        if (over_udp_) return answered(*std::exchange(over_udp_, std::nullopt));
        failed(KITH_TIMED_OUT, server, "was not asked, because the time for all servers was over");
        return end();
    }
    // The time is divided among the remaining servers of this round and the second round of the silent ones.
    const auto turns = static_cast<std::int64_t>(again_ ? to_ask_.size() + 1 : 2 * (to_ask_.size() + 1) + silent_.size());
    const auto wait = std::min(static_cast<std::uint64_t>(left.count() / turns), wait_);
    server_query_ = std::make_shared<DnsServerQuery>(io_);
    server_query_->start(server, outcome_.name, query_.type, manner, wait,
                         [weak = weak_from_this(), server](const DnsReply &reply) {
                             const auto self = weak.lock();
                             if (self && self->done_) self->replied(server, reply);
                         });
}

void DnsLookup::replied(const DnsServer &server, const DnsReply &reply) {
    server_query_.reset();
    if (reply.status != KITH_OK) {
        if (over_udp_) return answered(*std::exchange(over_udp_, std::nullopt));
        if (reply.status == KITH_TIMED_OUT && !again_) silent_.push_back(server);
        const char *why =
            is_consul(outcome_.name) ? "; Consul is asked over TCP, because over UDP it leaves instances out" : "";
        failed(reply.status, server, reply.text + why);
        return ask_next();
    }
    auto message = read_dns_message(reply.bytes, outcome_.name, query_.type);
    if (ask_otherwise(server, reply, message)) return;
    if (message.kind != 0) return answered(std::move(message));
    failed(message.status, server, message.problem);
    ask_next();
}

// Asks the same server again: without EDNS when it does not support it, over TCP when the reply may be incomplete.
bool DnsLookup::ask_otherwise(const DnsServer &server, const DnsReply &reply, DnsMessage &message) {
    DnsTransport manner = reply.asked;
    if ((message.code == format_error || message.code == not_implemented) && manner.edns) {
        manner.edns = false;
    } else if (message.cut && !manner.tcp) {
        manner.tcp = true;
    } else if (message.kind == KITH_DNS_RECORDS && manner.edns && !message.edns && !manner.tcp) {
        manner.tcp = true;
        over_udp_ = std::move(message);
    } else {
        return false;
    }
    ask(server, manner);
    return true;
}

void DnsLookup::answered(DnsMessage answer) {
    if (answer.kind == KITH_DNS_NXDOMAIN && !names_.empty()) return ask_name();
    outcome_.status = KITH_OK;
    outcome_.text.clear();
    outcome_.answer = std::move(answer);
    end();
}

void DnsLookup::failed(std::int32_t status, const DnsServer &server, std::string_view what) {
    if (outcome_.status != KITH_OK && !tells_more(status, outcome_.status)) return;
    outcome_.status = status;
    outcome_.text = std::string(dns_type_text(query_.type)) + " of " + outcome_.name + ": " + server.text() + ' ';
    outcome_.text += what;
}

void DnsLookup::end() {
    if (auto done = std::exchange(done_, nullptr)) done(outcome_);
}

} // namespace kith::app
