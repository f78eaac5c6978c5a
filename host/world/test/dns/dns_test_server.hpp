// SPDX-License-Identifier: MIT
//
// A DNS server on loopback, as small as can be: it replies what it was told to, over UDP, and over TCP what does not fit there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kith::test {

/// A record's owner (empty: that of the question), type, TTL and data as on the wire.
struct WireRecord {
    std::string owner;
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    std::string data;
};

struct WireReply {
    unsigned code = 0;
    std::vector<WireRecord> answers = {}, authorities = {};
    bool silent = false;    ///< no reply
    bool malformed = false; ///< cut in the middle of a record
    bool recursive = true;
    unsigned no_edns = 0;           ///< the RCODE of replies to questions with an OPT record, such as 1 (FORMERR)
    bool bare = false;              ///< errors are a header alone
    bool without_opt = false;       ///< an OPT record is ignored
    bool of_another = false;        ///< the reply is to another question
    std::size_t most_over_udp = 99; ///< answers; the others are left out there, without TC
};

/// A name as on the wire.
std::string wire_name(std::string_view name);
std::string wire_16(unsigned number);
std::string wire_32(std::uint32_t number);

class DnsTestServer {
  public:
    explicit DnsTestServer(boost::asio::io_context &io);

    std::uint16_t port() const { return udp_.local_endpoint().port(); }
    /// "127.0.0.1:40000".
    std::string place() const { return "127.0.0.1:" + std::to_string(port()); }

    /// Nobody listens on TCP any more.
    void close_tcp() { tcp_.close(); }
    /// By name, in lower case, and type; without: NXDOMAIN.
    std::map<std::pair<std::string, unsigned>, WireReply> replies;
    std::size_t over_udp = 0, over_tcp = 0;

  private:
    void receive();
    void accept();
    std::string reply_to(const std::string &query, bool stream);

    boost::asio::ip::udp::socket udp_;
    boost::asio::ip::tcp::acceptor tcp_;
    boost::asio::ip::udp::endpoint from_;
    std::array<char, 2048> buffer_{};
};

} // namespace kith::test
