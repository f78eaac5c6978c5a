// SPDX-License-Identifier: MIT
#include "http_test_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace kith::test {

using Kind = testkit::HttpReply::Step::Kind;

struct HttpTestServer::Context {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> ssl{nullptr, SSL_CTX_free};
};

class HttpTestServer::Line {
  public:
    Line(HttpTestServer &server, int fd, std::size_t number)
        : server_(server), fd_(fd), number_(number), thread_([this] { run(); }) {}
    ~Line() {
        hang_up();
        thread_.join();
        ::close(fd_);
    }
    void hang_up() { ::shutdown(fd_, SHUT_RDWR); }

  private:
    // Thrown when it is over.
    struct Over {};

    void run() {
        try {
            if (server_.context_->ssl) {
                ssl_.reset(SSL_new(server_.context_->ssl.get()));
                SSL_set_fd(ssl_.get(), fd_);
                if (SSL_accept(ssl_.get()) != 1) throw Over{};
            }
            while (serve()) {
            }
        } catch (const Over &) {
        }
        if (ssl_ && !rude_) SSL_shutdown(ssl_.get());
        ERR_clear_error();
        hang_up();
    }
    bool serve() {
        while (server_.reading_stopped_ && !server_.over_) pause(std::chrono::milliseconds(5));
        std::size_t end = 0;
        while ((end = in_.find("\r\n\r\n")) == std::string::npos) receive();
        Asked asked = parse(in_.substr(0, end));
        in_.erase(0, end + 4);
        const auto length = asked.field("Content-Length");
        const std::size_t size = length.empty() ? 0 : std::stoul(std::string(length));
        while (in_.size() < size) receive();
        asked.body = in_.substr(0, size);
        in_.erase(0, size);
        asked.connection = number_;
        Reply reply(404, "no such route");
        std::optional<Raw> raw;
        {
            const std::scoped_lock lock(server_.mutex_);
            const std::string path = asked.target.substr(0, asked.target.find('?'));
            if (const auto found = server_.routes_.find(path); found != server_.routes_.end()) reply = found->second;
            if (const auto found = server_.raws_.find(path); found != server_.raws_.end()) raw = found->second;
            server_.asked_.push_back(asked);
        }
        if (raw) {
            for (std::size_t i = 0; raw->drip.count() != 0 && i < raw->bytes.size(); ++i) {
                send(raw->bytes.substr(i, 1));
                pause(raw->drip);
            }
            if (raw->drip.count() == 0) send(raw->bytes);
            return !raw->end;
        }
        answer(reply, asked.method == "HEAD");
        return !reply.closes;
    }
    static Asked parse(const std::string &head) {
        Asked out;
        std::size_t at = head.find(' '), next = head.find(' ', at + 1);
        out.method = head.substr(0, at);
        out.target = head.substr(at + 1, next - at - 1);
        for (at = head.find("\r\n"); at != std::string::npos; at = next) {
            next = head.find("\r\n", at + 2);
            const std::string line = head.substr(at + 2, next == std::string::npos ? next : next - at - 2);
            const auto colon = line.find(':');
            out.fields.emplace_back(line.substr(0, colon), line.substr(std::min(line.size(), colon + 2)));
        }
        return out;
    }
    void answer(const Reply &reply, bool no_body) {
        std::size_t size = 0;
        bool whole = reply.steps.size() <= 1;
        for (const auto &step : reply.steps) {
            whole = whole && step.kind == Kind::send;
            size += step.bytes.size();
        }
        const bool chunked = !reply.content_length && !whole;
        bool head_sent = false;
        const auto head = [&] {
            if (std::exchange(head_sent, true)) return;
            std::string out = "HTTP/1.1 " + std::to_string(reply.code) + " Scripted\r\n";
            for (const auto &[name, value] : reply.fields) out.append(name).append(": ").append(value).append("\r\n");
            if (chunked) {
                out += "Transfer-Encoding: chunked\r\n";
            } else if (reply.code != 204 && reply.code != 304) {
                out += "Content-Length: " + std::to_string(reply.content_length.value_or(size)) + "\r\n";
            }
            if (reply.closes) out += "Connection: close\r\n";
            send(out + "\r\n");
        };
        const auto send_body = [&](const std::string &bytes) {
            head();
            if (no_body) return;
            char size_text[32];
            std::snprintf(size_text, sizeof size_text, "%zx\r\n", bytes.size());
            send(chunked ? size_text + bytes + "\r\n" : bytes);
        };
        for (const auto &step : reply.steps) {
            switch (step.kind) {
            case Kind::head: head(); break;
            case Kind::send: send_body(step.bytes); break;
            case Kind::wait: pause(step.span); break;
            case Kind::endless:
                for (;;) {
                    send_body(step.bytes);
                    pause(step.span);
                }
            case Kind::cut: throw Over{};
            case Kind::reset: {
                const linger at_once{1, 0};
                ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
                rude_ = true;
                // Closing with that option sends a reset; the descriptor stays open.
                sockaddr nowhere{};
                nowhere.sa_family = AF_UNSPEC;
                (void)::connect(fd_, &nowhere, sizeof nowhere);
                throw Over{};
            }
            case Kind::live:
            case Kind::later: // a test can send more of a body while it runs only from simulated servers
            case Kind::stall:
                for (;;) pause(std::chrono::milliseconds(20));
            case Kind::garbage: send("SSH-2.0-OpenSSH_9.2\r\n"); throw Over{};
            }
        }
        head();
        if (chunked && !no_body) send("0\r\n\r\n");
    }
    void pause(std::chrono::nanoseconds span) {
        const auto end = std::chrono::steady_clock::now() + span;
        do {
            if (server_.over_) throw Over{};
            const auto left = end - std::chrono::steady_clock::now();
            if (left.count() > 0)
                std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(5)));
        } while (std::chrono::steady_clock::now() < end);
    }
    void receive() {
        char buffer[16384];
        const auto got =
            ssl_ ? SSL_read(ssl_.get(), buffer, sizeof buffer) : static_cast<int>(::recv(fd_, buffer, sizeof buffer, 0));
        if (got <= 0) throw Over{};
        in_.append(buffer, static_cast<std::size_t>(got));
    }
    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 65'536));
            const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), size)
                                   : static_cast<int>(::send(fd_, bytes.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL));
            if (sent <= 0) throw Over{};
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    HttpTestServer &server_;
    int fd_;
    std::size_t number_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
    std::string in_;
    bool rude_ = false;
    std::thread thread_; // last: it runs at once
};

HttpTestServer::HttpTestServer(const Identity *identity, const std::string &clients, const char *address)
    : context_(std::make_unique<Context>()) {
    ::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL
    if (identity != nullptr) {
        context_->ssl.reset(SSL_CTX_new(TLS_server_method()));
        const auto read = [](const std::string &text, auto function) {
            const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                                    BIO_free_all);
            return function(bio.get(), nullptr, nullptr, nullptr);
        };
        SSL_CTX *ssl = context_->ssl.get();
        X509 *certificate = read(identity->certificate, PEM_read_bio_X509);
        EVP_PKEY *key = read(identity->key, PEM_read_bio_PrivateKey);
        if (SSL_CTX_use_certificate(ssl, certificate) != 1 || SSL_CTX_use_PrivateKey(ssl, key) != 1)
            throw std::runtime_error("the certificate is of no use");
        X509_free(certificate);
        EVP_PKEY_free(key);
        if (!clients.empty()) {
            X509 *authority = read(clients, PEM_read_bio_X509);
            X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), authority);
            X509_free(authority);
            SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        }
    }
    const bool six = std::strchr(address, ':') != nullptr;
    sockaddr_in6 to6{};
    sockaddr_in to4{};
    to6.sin6_family = AF_INET6;
    to4.sin_family = AF_INET;
    six ? ::inet_pton(AF_INET6, address, &to6.sin6_addr) : ::inet_pton(AF_INET, address, &to4.sin_addr);
    auto *to = six ? reinterpret_cast<sockaddr *>(&to6) : reinterpret_cast<sockaddr *>(&to4);
    socklen_t size = six ? sizeof to6 : sizeof to4;
    listener_ = ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, to, size) != 0 || ::listen(listener_, 64) != 0) throw std::runtime_error("no port to listen on");
    ::getsockname(listener_, to, &size);
    port_ = ntohs(six ? to6.sin6_port : to4.sin_port);
    thread_ = std::thread([this] { accept(); });
}

HttpTestServer::~HttpTestServer() {
    over_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    hang_up();
    lines_.clear();
    ::close(listener_);
}

void HttpTestServer::accept() {
    while (!over_) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        const std::scoped_lock lock(mutex_);
        lines_.push_back(std::make_unique<Line>(*this, fd, ++connections_));
    }
}

void HttpTestServer::route(const std::string &target, Reply reply) {
    const std::scoped_lock lock(mutex_);
    routes_.insert_or_assign(target, std::move(reply));
}

void HttpTestServer::raw(const std::string &target, std::string bytes, bool end, std::chrono::nanoseconds drip) {
    const std::scoped_lock lock(mutex_);
    raws_.insert_or_assign(target, Raw{std::move(bytes), end, drip});
}

std::vector<HttpTestServer::Asked> HttpTestServer::asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
}

void HttpTestServer::hang_up() {
    const std::scoped_lock lock(mutex_);
    for (const auto &line : lines_) line->hang_up();
}

} // namespace kith::test
