// SPDX-License-Identifier: MIT
//
// One look at a name: all its addresses, or all its targets. Half an answer is none.
#pragma once

#include <kith/dns.hpp>
#include <kith/task.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace dns_look {

struct Host {
    std::string name;   ///< an address, or the target of an SRV
    std::uint16_t port; ///< of an SRV; otherwise 0

    friend bool operator==(const Host &, const Host &) = default;
    friend bool operator<(const Host &a, const Host &b) noexcept { return std::tie(a.name, a.port) < std::tie(b.name, b.port); }
};

struct Sight {
    std::vector<Host> hosts;                 ///< sorted, each once
    std::optional<std::chrono::seconds> ttl; ///< how long this holds, if that is known
    std::string empty;                       ///< why there are none
    std::uint32_t declined = 0;              ///< SRV records that say there is no such service (RFC 2782: a target of ".")
};

enum class Family : std::uint8_t { both, ipv4, ipv6 };

struct Question {
    std::string name;
    Family family = Family::both;
    bool search = false;
    std::string servers = {}; ///< as kith_dns_query has it
    std::chrono::nanoseconds timeout = std::chrono::seconds(10);
};

/// A and AAAA. When one of them fails, so does this: the other is not all there is.
kith::task<kith::result<Sight>> addresses(const kith::dns &dns, const Question &question);
/// SRV.
kith::task<kith::result<Sight>> targets(const kith::dns &dns, const Question &question);

} // namespace dns_look
