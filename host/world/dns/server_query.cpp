// SPDX-License-Identifier: MIT
//
// Every function used here exists in c-ares 1.18 and in 1.34, where some are deprecated.
#define CARES_NO_DEPRECATED
#include "server_query.hpp"

#include <kith/address.hpp>

#include <ares.h>

#include <boost/asio/post.hpp>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <utility>

namespace kith::app {

namespace {

constexpr int udp_size = 1232;          // a size that is not fragmented anywhere (DNS flag day 2020)
constexpr int own_patience = 3'600'000; // ms; this class has its own timer
constexpr std::size_t dns_header_size = 12;

std::int32_t status_of_errno(int error) noexcept {
    switch (error) {
    case ETIMEDOUT: return KITH_TIMED_OUT;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return KITH_LIMIT;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: return KITH_UNREACHABLE;
    default: return KITH_IO;
    }
}

std::string because(int error, bool tcp) {
    return std::string("cannot be reached") + (tcp ? " over TCP: " : ": ") + std::strerror(error);
}

unsigned at(const void *data, std::size_t where) noexcept { return static_cast<const unsigned char *>(data)[where]; }

unsigned number_at(const void *data, std::size_t where) noexcept { return at(data, where) << 8 | at(data, where + 1); }

// The interface of an address such as fe80::53%eth0, by name or number; 0: it does not exist.
unsigned interface_of(const std::string &name) noexcept {
    if (const unsigned index = ::if_nametoindex(name.c_str()); index != 0) return index;
    unsigned number = 0;
    const auto *end = name.data() + name.size();
    const auto [last, error] = std::from_chars(name.data(), end, number);
    return error == std::errc() && last == end ? number : 0;
}

} // namespace

// A socket that is owned and closed by c-ares.
struct DnsServerQuery::Socket {
    Socket(boost::asio::io_context &io, int descriptor) : stream(io, descriptor) {}

    boost::asio::posix::stream_descriptor stream;
    bool want_read = false, want_write = false, reading = false, writing = false;
};

struct DnsServerQuery::Calls {
    static DnsServerQuery &self(void *p) noexcept { return *static_cast<DnsServerQuery *>(p); }

    static ares_socket_t make(int, int type, int, void *p) { return self(p).make_socket(type); }
    static int close(ares_socket_t socket, void *) { return ::close(socket); }
    static int connect(ares_socket_t socket, const sockaddr *, ares_socklen_t, void *p) { return self(p).connect(socket); }
    // The socket is connected, so it receives only from that server, which c-ares knows as 127.0.0.1.
    static ares_ssize_t receive(ares_socket_t socket, void *data, std::size_t size, int, sockaddr *from, ares_socklen_t *length,
                                void *p) {
        if (from != nullptr && length != nullptr && *length >= sizeof(sockaddr_in)) {
            sockaddr_in loopback{};
            loopback.sin_family = AF_INET;
            loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            std::memcpy(from, &loopback, sizeof loopback);
            *length = sizeof loopback;
        }
        return self(p).receive(socket, data, size);
    }
    static ares_ssize_t send(ares_socket_t socket, const iovec *parts, int count, void *p) {
        return self(p).send(socket, parts, count);
    }

    static constexpr ares_socket_functions table{make, close, connect, receive, send};
};

DnsServerQuery::~DnsServerQuery() { stop(); }

void DnsServerQuery::start(const DnsServer &server, const std::string &name, std::uint32_t type, DnsTransport manner,
                           std::uint64_t wait, Done done) {
    done_ = std::move(done);
    manner_ = manner;
    reply_.asked = manner;
    patience_.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(wait)));
    patience_.async_wait([self = shared_from_this()](const boost::system::error_code &error) {
        if (!error) self->end(self->not_in_time());
    });
    (void)(find(server) && open(server.port) && ask(name, type));
    if (replied_) boost::asio::post(io_, [self = shared_from_this()] { self->end(std::move(self->reply_)); });
}

void DnsServerQuery::stop() noexcept {
    done_ = nullptr;
    patience_.cancel();
    replied_ = true;
    if (auto *channel = std::exchange(channel_, nullptr)) ares_destroy(channel);
    for (auto &[descriptor, socket] : sockets_) socket->stream.release();
    sockets_.clear();
}

bool DnsServerQuery::give_up(std::int32_t status, std::string text) {
    if (std::exchange(replied_, true)) return false;
    reply_.status = status;
    reply_.text = std::move(text);
    return false;
}

bool DnsServerQuery::find(const DnsServer &server) {
    const auto percent = std::min(server.address.find('%'), server.address.size());
    const std::string interface = server.address.substr(std::min(percent + 1, server.address.size()));
    const auto parsed = address::parse(server.address.substr(0, percent), server.port);
    if (!parsed) return give_up(KITH_IO, "is not a numeric address");
    if (!parsed->is_ipv6()) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(server.port);
        std::memcpy(&to.sin_addr, parsed->raw().bytes, sizeof to.sin_addr);
        std::memcpy(&where_, &to, where_size_ = sizeof to);
        return true;
    }
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(server.port);
    std::memcpy(&to.sin6_addr, parsed->raw().bytes, sizeof to.sin6_addr);
    if (!interface.empty() && (to.sin6_scope_id = interface_of(interface)) == 0)
        return give_up(KITH_UNREACHABLE, "cannot be reached: this machine has no interface " + interface + " now");
    if (interface.empty() && IN6_IS_ADDR_LINKLOCAL(&to.sin6_addr))
        return give_up(KITH_UNREACHABLE,
                       "cannot be reached: a link-local address needs its interface, such as " + server.address + "%eth0");
    std::memcpy(&where_, &to, where_size_ = sizeof to);
    return true;
}

bool DnsServerQuery::open(std::uint16_t port) {
    ares_options options{};
    char nothing[] = "/dev/null", lookups[] = "b";
    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_STAYOPEN;
    if (manner_.edns) options.flags |= ARES_FLAG_EDNS;
    if (manner_.tcp) options.flags |= ARES_FLAG_USEVC;
    options.timeout = own_patience;
    options.tries = 1;
    options.ednspsz = udp_size;
    options.lookups = lookups;
    options.resolvconf_path = nothing;
    options.sock_state_cb_data = this;
    options.sock_state_cb = [](void *self, ares_socket_t descriptor, int read, int write) {
        static_cast<DnsServerQuery *>(self)->watch(descriptor, read != 0, write != 0);
    };
    constexpr int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_SERVERS |
                          ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_EDNSPSZ | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB;
    if (const int status = ares_init_options(&channel_, &options, given); status != ARES_SUCCESS) {
        channel_ = nullptr;
        return give_up(KITH_IO, std::string("could not be asked: ") + ares_strerror(status));
    }
    ares_set_socket_functions(channel_, &Calls::table, this);
    ares_addr_port_node node{};
    node.family = AF_INET;
    node.addr.addr4.s_addr = htonl(INADDR_LOOPBACK);
    node.udp_port = node.tcp_port = port;
    const int status = ares_set_servers_ports(channel_, &node);
    return status == ARES_SUCCESS || give_up(KITH_IO, std::string("could not be asked: ") + ares_strerror(status));
}

bool DnsServerQuery::ask(const std::string &name, std::uint32_t type) {
    std::uint16_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number)
        return give_up(KITH_IO, std::string("could not be asked: getrandom: ") + std::strerror(errno));
    unsigned char *query = nullptr;
    int size = 0;
    const int status =
        ares_create_query(name.c_str(), 1, static_cast<int>(type), number, 1, &query, &size, manner_.edns ? udp_size : 0);
    if (status != ARES_SUCCESS) return give_up(KITH_IO, std::string("could not be asked: ") + ares_strerror(status));
    ares_send(
        channel_, query, size,
        [](void *p, int ended, int, unsigned char *bytes, int length) {
            static_cast<DnsServerQuery *>(p)->answered(ended, bytes, length);
        },
        this);
    ares_free_string(query);
    return true;
}

// The error that the system reported is more precise than the status of c-ares.
void DnsServerQuery::answered(int status, const unsigned char *bytes, int length) {
    if (replied_) return;
    if (status == ARES_SUCCESS) {
        replied_ = true;
        reply_.bytes.assign(reinterpret_cast<const char *>(bytes), static_cast<std::size_t>(length));
    } else if (!bare_.empty()) { // c-ares 1.18 drops it, 1.34 reports it as malformed
        replied_ = true;
        reply_.bytes = std::move(bare_);
    } else if (status == ARES_EBADRESP) {
        give_up(KITH_PROTOCOL, "replied with a malformed message");
    } else if (status == ARES_ETIMEOUT) {
        give_up(not_in_time().status, not_in_time().text);
    } else if (error_ != 0) {
        give_up(status_of_errno(error_), because(error_, reply_.asked.tcp));
    } else if (hung_up_) {
        give_up(KITH_UNAVAILABLE, "ended the connection without a reply");
    } else {
        give_up(status == ARES_ENOMEM ? KITH_LIMIT : KITH_IO, std::string("could not be asked: ") + ares_strerror(status));
    }
}

DnsReply DnsServerQuery::not_in_time() const {
    const std::string by = reply_.asked.tcp ? " over TCP" : "";
    if (!heard_) return {KITH_TIMED_OUT, "did not reply" + by, {}, reply_.asked};
    return {KITH_PROTOCOL, "sent nothing" + by + " that replies to this question", {}, reply_.asked};
}

// ---- the sockets ----

int DnsServerQuery::make_socket(int type) noexcept {
    const int socket = ::socket(where_.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) note(errno);
    if (type == SOCK_DGRAM) udp_ = socket;
    return socket;
}

int DnsServerQuery::connect(int socket) noexcept {
    const int result = ::connect(socket, reinterpret_cast<const sockaddr *>(&where_), where_size_);
    if (result != 0 && errno != EINPROGRESS) note(errno);
    return result;
}

std::ptrdiff_t DnsServerQuery::receive(int socket, void *data, std::size_t size) noexcept {
    const ssize_t taken = ::recv(socket, data, size, 0);
    if (taken < 0) {
        if (errno != EAGAIN && errno != EINTR) note(errno);
        return taken;
    }
    if (taken == 0) hung_up_ = hung_up_ || socket != udp_;
    heard_ = heard_ || taken > 0;
    const bool reply = socket == udp_ && static_cast<std::size_t>(taken) >= dns_header_size && number_at(data, 0) == id_ &&
                       (at(data, 2) & 0x80U) != 0;
    // Old servers reply with only a header to what they do not understand. c-ares refuses replies without the question.
    if (reply && number_at(data, 4) == 0) {
        try {
            bare_.assign(static_cast<const char *>(data), static_cast<std::size_t>(taken));
        } catch (...) {
            note(ENOMEM);
        }
    }
    return taken;
}

std::ptrdiff_t DnsServerQuery::send(int socket, const iovec *parts, int count) noexcept {
    if (socket != udp_) {
        reply_.asked.tcp = true;
    } else if (count > 0 && parts[0].iov_len >= dns_header_size) {
        id_ = static_cast<std::uint16_t>(number_at(parts[0].iov_base, 0));
        reply_.asked.edns = number_at(parts[0].iov_base, 10) != 0; // an OPT record is the only additional record
    }
    msghdr message{};
    message.msg_iov = const_cast<iovec *>(parts);
    message.msg_iovlen = static_cast<std::size_t>(count);
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) note(errno);
    return sent;
}

void DnsServerQuery::note(int error) noexcept {
    error_ = error;
    errno = error; // c-ares reads errno
}

void DnsServerQuery::watch(int descriptor, bool read, bool write) {
    auto found = sockets_.find(descriptor);
    if (!read && !write) {
        if (found == sockets_.end()) return;
        found->second->stream.release();
        sockets_.erase(found);
        return;
    }
    if (found == sockets_.end()) found = sockets_.emplace(descriptor, std::make_shared<Socket>(io_, descriptor)).first;
    const auto socket = found->second;
    socket->want_read = read;
    socket->want_write = write;
    await_read(socket);
    await_write(socket);
}

void DnsServerQuery::await_read(const std::shared_ptr<Socket> &socket) {
    if (!socket->want_read || std::exchange(socket->reading, true)) return;
    socket->stream.async_wait(socket->stream.wait_read,
                              [self = shared_from_this(), socket](const boost::system::error_code &error) {
                                  socket->reading = false;
                                  if (error || !socket->stream.is_open()) return;
                                  self->process(socket->stream.native_handle(), ARES_SOCKET_BAD);
                                  if (socket->stream.is_open()) self->await_read(socket);
                              });
}

void DnsServerQuery::await_write(const std::shared_ptr<Socket> &socket) {
    if (!socket->want_write || std::exchange(socket->writing, true)) return;
    socket->stream.async_wait(socket->stream.wait_write,
                              [self = shared_from_this(), socket](const boost::system::error_code &error) {
                                  socket->writing = false;
                                  if (error || !socket->stream.is_open()) return;
                                  self->process(ARES_SOCKET_BAD, socket->stream.native_handle());
                                  if (socket->stream.is_open()) self->await_write(socket);
                              });
}

void DnsServerQuery::process(int read, int write) {
    if (channel_ == nullptr) return;
    ares_process_fd(channel_, read, write);
    if (!replied_ && !bare_.empty()) {
        replied_ = true;
        reply_.bytes = std::move(bare_);
    }
    if (replied_) end(std::move(reply_));
}

void DnsServerQuery::end(DnsReply reply) {
    auto done = std::exchange(done_, nullptr);
    stop();
    if (done) done(std::move(reply));
}

} // namespace kith::app
