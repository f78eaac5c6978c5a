// SPDX-License-Identifier: MIT
//
// The domain name system of a simulated universe: what kith.dns/1 answers on each of its machines. A name that nobody entered is
// NXDOMAIN. Names are equal regardless of case, and targets are reported in lower case, as in the real world.
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

/// What one question found.
struct DnsFound {
    std::int32_t status = 0; ///< as kith_dns_host.query has it
    std::uint32_t kind = 0, ttl = 0;
    std::string name;
    std::vector<DnsData> records;
};

class DnsZones {
  public:
    using Seconds = std::chrono::seconds;
    using Records = std::vector<DnsData>;

    /// A question as it came.
    struct Asked {
        std::chrono::nanoseconds at;
        std::string machine, name;
        std::uint32_t type;
        std::vector<DnsServer> servers; ///< that the question named
    };

    // ---- what is there: each call replaces what was ----

    /// A and AAAA, by what the addresses are. Without any: the name is there, and both are NODATA.
    void address(std::string_view name, const std::vector<std::string> &addresses, Seconds ttl = Seconds(30));
    void service(std::string_view name, Records targets, Seconds ttl = Seconds(30));
    void text(std::string_view name, const std::vector<std::string> &texts, Seconds ttl = Seconds(30));
    /// Called for each answer, as by servers that rotate.
    void rotate(std::string_view name, std::uint32_t type, std::function<Records()> records, Seconds ttl = Seconds(30));
    /// NXDOMAIN again.
    void remove(std::string_view name);
    /// How long an empty answer holds; unknown at first.
    void negative_ttl(std::optional<Seconds> ttl) noexcept { negative_ = ttl; }
    /// resolv.conf of all machines.
    void search(std::vector<std::string> domains, unsigned ndots = 1);

    // ---- bad days ----

    /// Questions for that name and type (0: each) fail so: KITH_UNAVAILABLE (SERVFAIL), KITH_DENIED (REFUSED), KITH_PROTOCOL, KITH_TIMED_OUT
    /// (after the question's own timeout), KITH_UNREACHABLE. KITH_OK: no more. An empty name: all of them.
    void fail(std::string_view name, std::uint32_t type, std::int32_t status);
    /// How long an answer takes; 1 ms at first.
    void delay(std::chrono::nanoseconds time) noexcept { delay_ = time; }

    const std::vector<Asked> &asked() const noexcept { return asked_; }
    void forget_asked() { asked_.clear(); }

    // ---- for those who build the world ----

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
