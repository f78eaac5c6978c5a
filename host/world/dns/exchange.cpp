// SPDX-License-Identifier: MIT
#include "exchange.hpp"

#include <kith/address.hpp>

#define CARES_NO_DEPRECATED // 1.34 wants calls that 1.18 does not have
#include <ares.h>

#include <boost/asio/post.hpp>

#include <sys/random.h>

#include <chrono>
#include <cstring>
#include <utility>

namespace kith::app {

namespace {

constexpr int udp_size = 1232;          // what passes everywhere in one piece (DNS flag day 2020)
constexpr int own_patience = 3'600'000; // ms; the exchange has a timer of its own

std::int32_t ares_status_of(int status) noexcept {
    switch (status) {
    case ARES_SUCCESS: return KITH_OK;
    case ARES_ETIMEOUT: return KITH_TIMED_OUT;
    case ARES_ECONNREFUSED: return KITH_UNREACHABLE;
    case ARES_ENOMEM: return KITH_LIMIT;
    default: return KITH_IO;
    }
}

} // namespace

// A socket that c-ares owns, and closes.
struct DnsExchange::Socket {
    Socket(boost::asio::io_context &io, int descriptor) : stream(io, descriptor) {}

    boost::asio::posix::stream_descriptor stream;
    bool want_read = false, want_write = false, reading = false, writing = false;
};

DnsExchange::~DnsExchange() { stop(); }

void DnsExchange::start(const DnsServer &server, const std::string &name, std::uint32_t type, std::uint64_t wait, Done done) {
    done_ = std::move(done);
    patience_.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(wait)));
    patience_.async_wait([self = shared_from_this()](const boost::system::error_code &error) {
        if (!error) self->end({KITH_TIMED_OUT, {}});
    });
    if ((!open(server) || !ask(name, type)) && !replied_) {
        replied_ = true;
        reply_.status = KITH_IO;
    }
    if (replied_) boost::asio::post(io_, [self = shared_from_this()] { self->end(std::move(self->reply_)); });
}

void DnsExchange::stop() noexcept {
    done_ = nullptr;
    patience_.cancel();
    replied_ = true;
    if (auto *channel = std::exchange(channel_, nullptr)) ares_destroy(channel);
    for (auto &[descriptor, socket] : sockets_) socket->stream.release();
    sockets_.clear();
}

bool DnsExchange::open(const DnsServer &server) {
    ares_options options{};
    char nothing[] = "/dev/null", lookups[] = "b";
    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_EDNS | ARES_FLAG_STAYOPEN;
    options.timeout = own_patience;
    options.tries = 1;
    options.ednspsz = udp_size;
    options.lookups = lookups;
    options.resolvconf_path = nothing;
    options.sock_state_cb_data = this;
    options.sock_state_cb = [](void *self, ares_socket_t descriptor, int read, int write) {
        static_cast<DnsExchange *>(self)->watch(descriptor, read != 0, write != 0);
    };
    constexpr int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_SERVERS |
                          ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_EDNSPSZ | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB;
    if (ares_init_options(&channel_, &options, given) != ARES_SUCCESS) {
        channel_ = nullptr;
        return false;
    }
    const auto where = address::parse(server.address, server.port);
    if (!where) return false;
    ares_addr_port_node node{};
    node.family = where->is_ipv6() ? AF_INET6 : AF_INET;
    if (where->is_ipv6()) {
        std::memcpy(&node.addr.addr6, where->raw().bytes, 16);
    } else {
        std::memcpy(&node.addr.addr4, where->raw().bytes, 4);
    }
    node.udp_port = node.tcp_port = server.port;
    return ares_set_servers_ports(channel_, &node) == ARES_SUCCESS;
}

bool DnsExchange::ask(const std::string &name, std::uint32_t type) {
    std::uint16_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number) return false;
    unsigned char *query = nullptr;
    int size = 0;
    if (ares_create_query(name.c_str(), 1, static_cast<int>(type), number, 1, &query, &size, udp_size) != ARES_SUCCESS)
        return false;
    ares_send(
        channel_, query, size,
        [](void *p, int status, int, unsigned char *bytes, int length) {
            auto &self = *static_cast<DnsExchange *>(p);
            if (std::exchange(self.replied_, true)) return;
            self.reply_.status = ares_status_of(status);
            if (status == ARES_SUCCESS)
                self.reply_.bytes.assign(reinterpret_cast<const char *>(bytes), static_cast<std::size_t>(length));
        },
        this);
    ares_free_string(query);
    return true;
}

void DnsExchange::watch(int descriptor, bool read, bool write) {
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

void DnsExchange::await_read(const std::shared_ptr<Socket> &socket) {
    if (!socket->want_read || std::exchange(socket->reading, true)) return;
    socket->stream.async_wait(socket->stream.wait_read,
                              [self = shared_from_this(), socket](const boost::system::error_code &error) {
                                  socket->reading = false;
                                  if (error || !socket->stream.is_open()) return;
                                  self->process(socket->stream.native_handle(), ARES_SOCKET_BAD);
                                  if (socket->stream.is_open()) self->await_read(socket);
                              });
}

void DnsExchange::await_write(const std::shared_ptr<Socket> &socket) {
    if (!socket->want_write || std::exchange(socket->writing, true)) return;
    socket->stream.async_wait(socket->stream.wait_write,
                              [self = shared_from_this(), socket](const boost::system::error_code &error) {
                                  socket->writing = false;
                                  if (error || !socket->stream.is_open()) return;
                                  self->process(ARES_SOCKET_BAD, socket->stream.native_handle());
                                  if (socket->stream.is_open()) self->await_write(socket);
                              });
}

void DnsExchange::process(int read, int write) {
    if (channel_ == nullptr) return;
    ares_process_fd(channel_, read, write);
    if (replied_) end(std::move(reply_));
}

void DnsExchange::end(DnsReply reply) {
    auto done = std::exchange(done_, nullptr);
    stop();
    if (done) done(std::move(reply));
}

} // namespace kith::app
