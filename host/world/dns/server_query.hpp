// SPDX-License-Identifier: MIT
//
// One question to one server, by c-ares on the loop: over UDP, and over TCP when the reply does not fit or when it is asked for. Each
// has a channel of its own, and so a port and an id that nobody can guess, and no memory of other questions: c-ares would move to the
// next server by itself on SERVFAIL and REFUSED, and report them as a refused connection.
//
// The sockets are this class's: c-ares 1.18 cannot name the interface of a link-local server, drops a reply that is a header alone, and
// reports no error of the system. It is given 127.0.0.1 for every server; where a socket leads is decided when it connects.
//
// c-ares is linked statically, and is not touched before the first question. Measured with Debian's 1.18.1, 100 peers and the connector log:
// PSS 4.95 MiB with it and 4.92 to 5.0 without, which is noise.
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

/// How a server is asked.
struct DnsTransport {
    bool edns = true; ///< with an OPT record (RFC 6891)
    bool tcp = false; ///< over TCP from the start
};

struct DnsReply {
    std::int32_t status = 0; ///< KITH_OK, KITH_PROTOCOL, KITH_TIMED_OUT, KITH_UNREACHABLE, KITH_LIMIT, KITH_IO
    std::string text;        ///< of a failure, what the server did or the system reported: "did not reply"
    std::string bytes;
    DnsTransport asked = {}; ///< how the question that this replies to was sent in the end
};

class DnsServerQuery : public std::enable_shared_from_this<DnsServerQuery> {
  public:
    using Done = std::function<void(DnsReply)>;

    explicit DnsServerQuery(boost::asio::io_context &io) : io_(io), patience_(io) {}
    ~DnsServerQuery();
    DnsServerQuery(const DnsServerQuery &) = delete;
    DnsServerQuery &operator=(const DnsServerQuery &) = delete;

    /// done: called once, later, unless it is stopped.
    void start(const DnsServer &server, const std::string &name, std::uint32_t type, DnsTransport manner, std::uint64_t wait,
               Done done);
    void stop() noexcept;

  private:
    struct Socket;
    struct Calls; // of c-ares, for its sockets

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
    int udp_ = -1;         // the socket that is one
    std::uint16_t id_ = 0; // of the question, as it was sent over UDP
    std::string bare_;     // a reply that is a header alone
    int error_ = 0;        // that the system reported of a socket
    bool heard_ = false;   // something came
    bool hung_up_ = false; // the server ended a stream
};

} // namespace kith::app
