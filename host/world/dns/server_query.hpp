// SPDX-License-Identifier: MIT
//
// One DNS query to one server by c-ares on the loop: over UDP, and over TCP when the reply does not fit or when it is
// requested. Each query has its own c-ares channel, so its port and id cannot be guessed and it has no state of other queries:
// with a shared channel c-ares would use the next server after SERVFAIL and REFUSED and report them as a refused connection.
//
// This class creates the sockets, because c-ares 1.18 does not support the interface of a link-local server, drops a reply that
// is only a header, and does not report system errors. c-ares is given 127.0.0.1 for every server; the real address is used
// when the socket is connected.
//
// c-ares is linked statically and not used before the first query. Measured with Debian's 1.18.1, 100 peers and the connector
// log: PSS 4.95 MiB with it and 4.92 to 5.0 MiB without, which is within the noise.
#pragma once

#include <kith/hosting/dns_query.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

struct ares_channeldata;
struct iovec;

namespace kith::app {

/// How a query is sent.
struct DnsTransport {
    bool edns = true; ///< with an OPT record (RFC 6891)
    bool tcp = false; ///< over TCP from the start
};

struct DnsReply {
    std::int32_t status = 0; ///< KITH_OK, KITH_PROTOCOL, KITH_TIMED_OUT, KITH_UNREACHABLE, KITH_LIMIT, KITH_IO
    std::string text;        ///< of a failure: what the server did or the system reported, such as "did not reply"
    std::string bytes;
    DnsTransport asked = {}; ///< how the answered query was sent
};

class DnsServerQuery : public std::enable_shared_from_this<DnsServerQuery> {
  public:
    using Done = std::function<void(DnsReply)>;

    explicit DnsServerQuery(boost::asio::io_context &io) : io_(io), patience_(io) {}
    ~DnsServerQuery();
    DnsServerQuery(const DnsServerQuery &) = delete;
    DnsServerQuery &operator=(const DnsServerQuery &) = delete;

    /// done: called once, later, unless the query is stopped.
    void start(const DnsServer &server, const std::string &name, std::uint32_t type, DnsTransport manner, std::uint64_t wait,
               Done done);
    void stop() noexcept;

  private:
    struct Socket;
    struct Calls; // the socket functions for c-ares

    bool find(const DnsServer &server);
    bool open(std::uint16_t port);
    bool ask(const std::string &name, std::uint32_t type);
    bool give_up(std::int32_t status, std::string text);
    void answered(int status, const unsigned char *bytes, int length);
    void watch(int descriptor, bool read, bool write);
    void await_read(const std::shared_ptr<Socket> &socket);
    void await_write(const std::shared_ptr<Socket> &socket);
    void process(int read, int write);
    void end(DnsReply reply);
    DnsReply not_in_time() const;

    int make_socket(int type) noexcept;
    int connect(int socket) noexcept;
    std::ptrdiff_t receive(int socket, void *data, std::size_t size) noexcept;
    std::ptrdiff_t send(int socket, const iovec *parts, int count) noexcept;
    void note(int error) noexcept;

    boost::asio::io_context &io_;
    boost::asio::steady_timer patience_;
    ares_channeldata *channel_ = nullptr;
    std::map<int, std::shared_ptr<Socket>> sockets_;
    Done done_;
    DnsReply reply_;
    bool replied_ = false;
    DnsTransport manner_;

    sockaddr_storage where_{};
    socklen_t where_size_ = 0;
    int udp_ = -1;         // the UDP socket
    std::uint16_t id_ = 0; // id of the query sent over UDP
    std::string bare_;     // a reply that is only a header
    int error_ = 0;        // error that the system reported for a socket
    bool heard_ = false;   // something was received
    bool hung_up_ = false; // the server has closed a stream
};

} // namespace kith::app
