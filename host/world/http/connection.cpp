// SPDX-License-Identifier: MIT
#include "connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t piece = 16'384;          // a TLS record
constexpr std::size_t max_tunnel_head = 8'192; // size of the proxy's response
constexpr int deferred = 1 << 20;              // bytes that wake nobody

// A body may pause for minutes, such as that of a watch. Meanwhile TCP keepalives check the other end: after 15 s of silence,
// three times every 5 s. Written data must be acknowledged within the same time.
void keep_asking(tcp::socket &socket) {
    constexpr int silence = 15, pause = 5, times = 3;
    const int handle = socket.native_handle();
    const auto set = [handle](int level, int option, int value) {
        (void)::setsockopt(handle, level, option, &value, sizeof value); // without this option the failure is found later
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, silence);
    set(IPPROTO_TCP, TCP_KEEPINTVL, pause);
    set(IPPROTO_TCP, TCP_KEEPCNT, times);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, (silence + times * pause) * 1000);
}

} // namespace

Connection::Connection(TenantResources &resources, const Url &to)
    : resources_(resources.shared_from_this()), to_(to), origin_(to.origin()), socket_(resources.io) {}

Connection::~Connection() { close(); }

void Connection::open(TlsContext *tls, const std::string &server_name, const Url *proxy, Done done) {
    tls_ = tls;
    server_name_ = server_name;
    opened_ = std::move(done);
    const Url &first = proxy == nullptr ? to_ : *proxy;
    connect_ = std::make_shared<HappyEyeballs>(*resources_, first.host, first.port,
                                               [me = shared_from_this(), proxied = proxy != nullptr](
                                                   std::int32_t status, const std::string &text, tcp::socket socket) {
                                                   me->connect_.reset();
                                                   if (status != KITH_OK)
                                                       return me->opened(status, proxied ? "the proxy " + text : text);
                                                   me->reached(std::move(socket));
                                                   if (me->tls_ == nullptr) return me->opened(KITH_OK, {});
                                                   proxied ? me->tunnel() : me->secure();
                                               });
    connect_->start();
}

void Connection::reached(tcp::socket socket) {
    socket_ = std::move(socket);
    Error ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    keep_asking(socket_);
}

void Connection::tunnel() {
    doing_ = "asking the proxy for a tunnel";
    const std::string to = (to_.numeric_v6() ? "[" + to_.host + "]" : to_.host) + ":" + std::to_string(to_.port);
    write("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n", [this](std::int32_t status, const std::string &text) {
        if (status != KITH_OK) return opened(status, "the proxy: " + text);
        tunnel_answer();
    });
}

void Connection::tunnel_answer() {
    read([this](std::int32_t status, const std::string &text) {
        if (status != KITH_OK) return opened(KITH_UNAVAILABLE, "the proxy ended it: " + text);
        if (in.find("\r\n\r\n") == std::string::npos && in.size() < max_tunnel_head) return tunnel_answer();
        boost::beast::http::response_parser<boost::beast::http::empty_body> answer;
        answer.skip(true);
        Error error;
        const std::size_t used = answer.put(boost::asio::buffer(in), error);
        if (error || !answer.is_header_done()) return opened(KITH_PROTOCOL, "the proxy does not answer in HTTP/1.1");
        if (answer.get().result_int() / 100 != 2) {
            return opened(KITH_UNAVAILABLE, "the proxy answered " + std::to_string(answer.get().result_int()) +
                                                "; expected 200, and a tunnel to " + to_.authority());
        }
        in.erase(0, used);
        if (!in.empty()) return opened(KITH_PROTOCOL, "the proxy sent more than its answer");
        secure();
    });
}

void Connection::secure() {
    doing_ = "in the TLS handshake";
    session_ = tls_->session(server_name_, true);
    shake();
}

void Connection::shake() {
    const auto step = session_->handshake();
    out_ += session_->take();
    const auto flushed = [this, step](std::int32_t status, const std::string &text) {
        if (step == TlsSession::Step::failed) return opened(session_->failure().status, session_->failure().text);
        if (status != KITH_OK) return opened(status, text);
        if (step == TlsSession::Step::done) return opened(KITH_OK, {});
        if (step == TlsSession::Step::ended) return opened(KITH_RESET, "it ended the TLS handshake");
        read([this](std::int32_t read_status, const std::string &why) {
            if (read_status == KITH_CLOSED || read_status == KITH_RESET)
                return opened(KITH_RESET, "it ended the connection in the TLS handshake");
            if (read_status != KITH_OK) return opened(read_status, why);
            shake();
        });
    };
    if (out_.empty()) return flushed(KITH_OK, {});
    written_ = flushed;
    can_write();
}

void Connection::opened(std::int32_t status, const std::string &text) {
    doing_ = "open";
    tls_ = nullptr;
    if (const auto done = std::exchange(opened_, nullptr)) done(status, text);
}

void Connection::write(std::string bytes, Done done) {
    written_ = std::move(done);
    if (session_ != nullptr) {
        if (session_->write(bytes) == TlsSession::Step::failed) {
            boost::asio::post(resources_->io,
                              [me = shared_from_this()] { me->wrote(KITH_RESET, me->session_->failure().text); });
            return;
        }
        bytes = session_->take();
    }
    out_ = std::move(bytes);
    boost::asio::post(resources_->io, [me = shared_from_this()] { me->can_write(); });
}

void Connection::can_write() {
    if (over_ || !written_) return;
    Error error;
    while (!error && sent_ < out_.size()) {
        sent_ += socket_.write_some(boost::asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    }
    if (error == boost::asio::error::would_block) {
        socket_.async_wait(tcp::socket::wait_write, [me = shared_from_this()](const Error &) { me->can_write(); });
        return;
    }
    std::string().swap(out_);
    sent_ = 0;
    if (error) return wrote(KITH_RESET, broken_text(error));
    wrote(KITH_OK, {});
}

void Connection::wrote(std::int32_t status, const std::string &text) {
    if (over_) return;
    if (const auto done = std::exchange(written_, nullptr)) done(status, text);
}

void Connection::read(Done done) {
    read_ = std::move(done);
    // Data that TLS has already buffered is available without an event of the kernel.
    if (session_ != nullptr && !opened_) {
        boost::asio::post(resources_->io, [me = shared_from_this()] { me->pull(); });
    } else {
        can_read();
    }
}

// Decrypts what was received: a server that writes a list item by item makes several records of each.
void Connection::decrypt() {
    auto &buffer = resources_->parts.read_buffer;
    for (bool full = true; full && pulled_ == TlsSession::Step::done;) {
        std::size_t size = 0;
        while (pulled_ == TlsSession::Step::done && buffer.size() - size >= piece) {
            std::size_t more = 0;
            pulled_ = session_->read(buffer.data() + size, buffer.size() - size, more);
            if (pulled_ == TlsSession::Step::done) size += more;
        }
        in.append(buffer.data(), size);
        full = pulled_ == TlsSession::Step::done;
    }
    if (pulled_ == TlsSession::Step::hungry) pulled_ = TlsSession::Step::done;
    if (std::string answer = session_->take(); !answer.empty()) { // the reply to a key update; rare and small
        Error ignored;
        socket_.write_some(boost::asio::buffer(answer), ignored);
    }
}

void Connection::pull() {
    if (over_ || !read_) return;
    const std::size_t had = in.size();
    decrypt();
    in.size() != had ? got(KITH_OK, {}) : pulled_ == TlsSession::Step::done ? can_read() : ended();
}

void Connection::ended() {
    if (pulled_ == TlsSession::Step::ended) return got(KITH_CLOSED, "it ended the connection");
    got(session_->failure().status, session_->failure().text);
}

void Connection::can_read() {
    if (over_ || !read_) return;
    auto &buffer = resources_->parts.read_buffer;
    const std::size_t had = in.size(), most = buffer.size();
    for (;;) {
        Error error;
        const std::size_t size = socket_.read_some(boost::asio::buffer(buffer.data(), most), error);
        if (error && in.size() != had) return got(KITH_OK, {}); // the next read reports it
        if (error == boost::asio::error::would_block) return await_bytes();
        if (error == boost::asio::error::eof) {
            // Without the end notification of TLS, anybody on the network path could have truncated it.
            const bool cut = session_ != nullptr && !opened_;
            return got(cut ? KITH_RESET : KITH_CLOSED,
                       cut ? "it ended the connection without ending TLS" : "it ended the connection");
        }
        if (error) return got(KITH_RESET, broken_text(error));
        if (session_ == nullptr) {
            in.append(buffer.data(), size);
            return got(KITH_OK, {});
        }
        session_->feed({buffer.data(), size});
        if (opened_) return got(KITH_OK, {});
        decrypt();
        if (pulled_ != TlsSession::Step::done && in.size() == had) return ended();
        if (pulled_ != TlsSession::Step::done || (in.size() != had && size < most) || in.size() >= had + buffer.size() - piece)
            return got(KITH_OK, {});
    }
}

void Connection::got(std::int32_t status, const std::string &text) {
    if (over_) return;
    if (const auto done = std::exchange(read_, nullptr)) done(status, text);
}

void Connection::idle(std::function<void()> done) {
    idle_ = std::move(done);
    await_bytes();
}

void Connection::defer() { wake_at(deferred); }

void Connection::wake_at(int bytes) {
    if (std::exchange(wake_at_, bytes) == bytes) return;
    (void)::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes); // without it, only more wakes
}

void Connection::await_bytes() {
    wake_at(1);
    if (std::exchange(reading_, true)) return;
    socket_.async_wait(tcp::socket::wait_read, [me = shared_from_this()](const Error &) { me->readable(); });
}

void Connection::readable() {
    reading_ = false;
    if (over_) return;
    if (!idle_) return can_read();
    // The event of the kernel may be for bytes that were read meanwhile.
    char ignored = 0;
    Error error;
    socket_.receive(boost::asio::buffer(&ignored, 1), tcp::socket::message_peek, error);
    if (error == boost::asio::error::would_block) return await_bytes();
    const auto done = idle_; // a copy, because the function may close this connection
    done();
}

void Connection::wake() { idle_ = nullptr; }

void Connection::close() {
    if (std::exchange(over_, true)) return;
    if (connect_) connect_->abort();
    connect_.reset();
    opened_ = written_ = read_ = nullptr;
    idle_ = nullptr;
    Error ignored;
    socket_.close(ignored);
}

std::string Connection::phase() const { return connect_ ? connect_->phase() : doing_; }

std::string Connection::broken_text(const Error &error) const { return "the connection broke: " + error.message(); }

} // namespace kith::app
