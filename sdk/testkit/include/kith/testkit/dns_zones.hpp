// SPDX-License-Identifier: MIT
//
// The DNS records of a simulation: kith.dns/1 answers from them on every machine. A name without records is NXDOMAIN. The case
// of names is ignored, and targets are reported in lower case, as in the real world.
//
//     net.dns().address("app.example.net", {"10.0.0.7", "fd00::7"}, 30s);
//     net.dns().fail("app.example.net", KITH_DNS_AAAA, KITH_UNAVAILABLE); // SERVFAIL
#pragma once

#include <kith/hosting/dns_query.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

struct DnsData {
    std::string value; ///< an address; the target of an SRV; a text
    std::uint16_t priority = 0, weight = 0, port = 0;
};

/// The result of one query.
struct DnsFound {
    std::int32_t status = 0; ///< as for kith_dns_host.query
    std::uint32_t kind = 0, ttl = 0;
    std::string name;
    std::vector<DnsData> records;
};

class DnsZones {
  public:
    using Seconds = std::chrono::seconds;
    using Records = std::vector<DnsData>;

    /// A received query.
    struct Asked {
        std::chrono::nanoseconds at;
        std::string machine, name;
        std::uint32_t type;
        std::vector<DnsServer> servers; ///< the servers named in the query
    };

    // ---- records: each call replaces the earlier ones of that name and type ----

    /// A and AAAA records, by the kind of the addresses. Without addresses the name exists, and both types are NODATA.
    void address(std::string_view name, const std::vector<std::string> &addresses, Seconds ttl = Seconds(30));
    void service(std::string_view name, Records targets, Seconds ttl = Seconds(30));
    void text(std::string_view name, const std::vector<std::string> &texts, Seconds ttl = Seconds(30));
    /// Records computed for each answer, for servers that rotate them.
    void rotate(std::string_view name, std::uint32_t type, std::function<Records()> records, Seconds ttl = Seconds(30));
    /// Removes the name: NXDOMAIN again.
    void remove(std::string_view name);
    /// The TTL of negative answers; unknown initially.
    void negative_ttl(std::optional<Seconds> ttl) noexcept { negative_ = ttl; }
    /// Sets resolv.conf of all machines.
    void search(std::vector<std::string> domains, unsigned ndots = 1);

    // ---- faults ----

    /// Queries for that name and type (0: every type) fail with this status: KITH_UNAVAILABLE (SERVFAIL), KITH_DENIED
    /// (REFUSED), KITH_PROTOCOL, KITH_TIMED_OUT (after the timeout of the query), KITH_UNREACHABLE. KITH_OK ends the fault. An
    /// empty name: every name.
    void fail(std::string_view name, std::uint32_t type, std::int32_t status);
    /// The delay of answers; 1 ms initially.
    void delay(std::chrono::nanoseconds time) noexcept { delay_ = time; }

    const std::vector<Asked> &asked() const noexcept { return asked_; }
    void forget_asked() { asked_.clear(); }

    // ---- for the implementation of the simulation ----

    std::uint64_t delay() const noexcept { return static_cast<std::uint64_t>(delay_.count()); }
    void note(Asked asked) { asked_.push_back(std::move(asked)); }
    DnsFound look(const DnsQuery &query) const;

  private:
    struct Entry {
        std::function<Records()> records;
        std::uint32_t ttl;
    };
    std::int32_t fault_of(const std::string &name, std::uint32_t type) const;

    std::map<std::string, std::map<std::uint32_t, Entry>> names_;
    std::map<std::pair<std::string, std::uint32_t>, std::int32_t> faults_;
    std::vector<std::string> domains_;
    unsigned ndots_ = 1;
    std::optional<Seconds> negative_;
    std::chrono::nanoseconds delay_ = std::chrono::milliseconds(1);
    std::vector<Asked> asked_;
};

} // namespace kith::testkit
