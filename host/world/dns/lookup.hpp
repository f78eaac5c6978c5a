// SPDX-License-Identifier: MIT
//
// One DNS lookup of a tenant: tries each candidate name (search domains) and each server until there is an answer.
#pragma once

#include "message_reader.hpp"
#include "resolv_conf.hpp"
#include "server_query.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::app {

struct DnsLookupResult {
    std::int32_t status = 0;
    std::string text; ///< explanation of a failure
    std::string name; ///< the name of the last query
    DnsMessage answer;
};

class DnsLookup : public std::enable_shared_from_this<DnsLookup> {
  public:
    using Done = std::function<void(const DnsLookupResult &)>;

    DnsLookup(boost::asio::io_context &io, DnsQuery query, const ResolverSettings &settings, const std::string &path);

    /// done: called once, later, unless the lookup is stopped.
    void start(Done done);
    void stop() noexcept;

  private:
    void ask_name();
    void ask_next();
    void ask(const DnsServer &server, DnsTransport manner);
    void replied(const DnsServer &server, const DnsReply &reply);
    bool ask_otherwise(const DnsServer &server, const DnsReply &reply, DnsMessage &message);
    void answered(DnsMessage answer);
    void failed(std::int32_t status, const DnsServer &server, std::string_view what);
    void end();

    boost::asio::io_context &io_;
    DnsQuery query_;
    std::uint64_t wait_;
    std::vector<std::string> names_; // names still to be tried, the next one last
    std::vector<DnsServer> servers_;
    std::string no_server_;
    std::vector<DnsServer> to_ask_, silent_; // for the current name
    std::optional<DnsMessage> over_udp_;     // used when the server does not answer over TCP
    bool again_ = false;                     // the second round, with the silent servers
    std::chrono::steady_clock::time_point deadline_;
    std::shared_ptr<DnsServerQuery> server_query_;
    DnsLookupResult outcome_;
    Done done_;
};

} // namespace kith::app
