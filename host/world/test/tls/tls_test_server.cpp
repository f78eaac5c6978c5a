// SPDX-License-Identifier: MIT
#include "tls_test_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace kith::test {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Bio bio_of(const std::string &text) { return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all}; }

Certificate certificate_of(const std::string &pem) {
    return {PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr), X509_free};
}

std::string common_name(X509 *certificate) {
    char text[128] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof text);
    return text;
}

} // namespace

struct RealTlsServer::Context {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> ssl{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
};

class RealTlsServer::Line {
  public:
    Line(RealTlsServer &server, int fd) : server_(server), fd_(fd), thread_([this] { run(); }) {}
    ~Line() {
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        ::close(fd_);
    }

  private:
    void run() {
        if (server_.talks_ == Talks::banner) (void)::send(fd_, "220 ready\r\n", 11, MSG_NOSIGNAL);
        if (server_.talks_ == Talks::banner || server_.talks_ == Talks::nothing) return;
        std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
        if (server_.talks_ != Talks::goodbye) {
            const std::scoped_lock lock(server_.mutex_);
            ssl.reset(SSL_new(server_.context_->ssl.get()));
        }
        if (ssl) {
            SSL_set_fd(ssl.get(), fd_);
            if (SSL_accept(ssl.get()) == 1 && serve(ssl.get())) SSL_shutdown(ssl.get());
        }
        ERR_clear_error();
        ::shutdown(fd_, SHUT_RDWR);
    }
    // True when it is to end in good order.
    bool serve(SSL *ssl) {
        {
            const std::scoped_lock lock(server_.mutex_);
            const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
            server_.server_name_ = name == nullptr ? "" : name;
            const Certificate client(SSL_get1_peer_certificate(ssl), X509_free);
            server_.client_ = client ? common_name(client.get()) : "";
        }
        char buffer[16384];
        for (;;) {
            while (server_.reading_stopped_ && !server_.over_) std::this_thread::sleep_for(std::chrono::milliseconds(2));
            const int got = SSL_read(ssl, buffer, sizeof buffer);
            if (got <= 0) return false;
            const std::string_view said(buffer, static_cast<std::size_t>(got));
            {
                const std::scoped_lock lock(server_.mutex_);
                server_.received_ += said;
            }
            if (said.ends_with("!end")) return true;
            if (said.ends_with("!cut")) return false;
            if (SSL_write(ssl, buffer, got) <= 0) return false;
        }
    }

    RealTlsServer &server_;
    int fd_;
    std::thread thread_;
};

RealTlsServer::RealTlsServer(const Identity &shown, Talks talks, const std::string &clients)
    : talks_(talks), context_(std::make_unique<Context>()) {
    std::signal(SIGPIPE, SIG_IGN); // SSL_write knows no MSG_NOSIGNAL
    identity(shown);
    SSL_CTX *raw = context_->ssl.get();
    if (talks == Talks::tls_1_2 || talks == Talks::asks_1_2) SSL_CTX_set_max_proto_version(raw, TLS1_2_VERSION);
    if (talks == Talks::tls_1_3) SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
    if (!clients.empty()) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(raw), certificate_of(clients).get());
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    if (::bind(listener_, reinterpret_cast<sockaddr *>(&where), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr *>(&where), &size) != 0)
        throw std::runtime_error("the test's server cannot listen");
    port_ = ntohs(where.sin_port);
    thread_ = std::thread([this] { accept(); });
}

RealTlsServer::~RealTlsServer() {
    over_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    lines_.clear();
}

void RealTlsServer::accept() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        lines_.push_back(std::make_unique<Line>(*this, fd));
    }
}

void RealTlsServer::identity(const Identity &shown) {
    const std::scoped_lock lock(mutex_);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(bio_of(shown.key).get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    SSL_CTX *raw = context_->ssl.get();
    if (SSL_CTX_use_cert_and_key(raw, certificate_of(shown.certificate).get(), key.get(), nullptr, 1) != 1)
        throw std::runtime_error("the test's server has no identity");
}

std::string RealTlsServer::server_name() const {
    const std::scoped_lock lock(mutex_);
    return server_name_;
}
std::string RealTlsServer::client() const {
    const std::scoped_lock lock(mutex_);
    return client_;
}
std::string RealTlsServer::received() const {
    const std::scoped_lock lock(mutex_);
    return received_;
}

const TlsCertificates &TlsSite<RealWorld>::papers() {
    static const TlsCertificates made = [] {
        const Authority ours("kith test authority"), theirs("somebody else");
        return TlsCertificates{ours.sign("b", {"b.example", "127.0.0.1"}),
                               ours.sign("b", {"b.example"}, 0),
                               theirs.sign("b", {"b.example"}),
                               ours.sign("kith", {}),
                               ours.sign("other", {}),
                               theirs.sign("kith", {}),
                               ours.sign("b", {"b.example", "127.0.0.1"}),
                               ours.sign("a", {"kith://shop/a@10.0.0.7"}),
                               ours.certificate(),
                               theirs.certificate()};
    }();
    return made;
}

const TlsCertificates &TlsSite<SimulatedWorld>::papers() {
    static const TlsCertificates made = [] {
        testkit::TlsAuthority ours("kith test authority"), theirs("somebody else");
        const auto sign = [](testkit::TlsAuthority &authority, const testkit::TlsSubject &subject) {
            auto signed_one = authority.sign(subject);
            return Identity{std::move(signed_one.certificate), std::move(signed_one.key)};
        };
        return TlsCertificates{sign(ours, {.common_name = "b", .names = {"b.example", "127.0.0.1"}}),
                               sign(ours, {.common_name = "b", .names = {"b.example"}, .expired = true}),
                               sign(theirs, {.common_name = "b", .names = {"b.example"}}),
                               sign(ours, {.common_name = "kith"}),
                               sign(ours, {.common_name = "other"}),
                               sign(theirs, {.common_name = "kith"}),
                               sign(ours, {.common_name = "b", .names = {"b.example", "127.0.0.1"}}),
                               sign(ours, {.common_name = "a", .names = {"kith://shop/a@10.0.0.7"}}),
                               ours.certificate(),
                               theirs.certificate()};
    }();
    return made;
}

SimulatedTlsServer::SimulatedTlsServer(testkit::SimulatedMachine &machine, const Identity &shown, Talks talks,
                                       const std::string &clients)
    : peer_(machine, 0), talks_(talks) {
    how_.clients = clients;
    if (talks == Talks::tls_1_2 || talks == Talks::asks_1_2) how_.version = KITH_TLS_1_2;
    if (talks == Talks::tls_1_3) how_.version = KITH_TLS_1_3;
    identity(shown);
    peer_.on_accept([this](testkit::Conversation &with) {
        if (talks_ == Talks::banner) with.send("220 ready\r\n");
        if (talks_ == Talks::goodbye) with.close();
        if (talks_ >= Talks::banner) return;
        with.on_bytes([this](testkit::Conversation &c) {
            const std::string said = c.take();
            received_ += said;
            if (said.ends_with("!end")) return c.close();
            if (said.ends_with("!cut")) return c.reset();
            c.send(said);
        });
    });
}

void SimulatedTlsServer::identity(const Identity &shown) {
    how_.identity = {shown.certificate, shown.key};
    if (talks_ < Talks::banner) peer_.secure(how_);
}

std::string SimulatedTlsServer::client() {
    const std::string &all = peer_.conversation(peer_.accepted()).certificate();
    constexpr std::string_view key = "\ncommon_name ";
    const auto at = all.find(key);
    return at == std::string::npos ? "" : all.substr(at + key.size(), all.find('\n', at + 1) - at - key.size());
}

} // namespace kith::test
