// SPDX-License-Identifier: MIT
//
// A client in TLS at one end of a pair of sockets, for tests of what is at the other end. All certificates are made when the test starts.
#pragma once

#include <tests/temporary_directory.hpp>

#include <host/api/transport/server_certificate.hpp>
#include <host/world/test/http/make_certificates.hpp>
#include <host/world/tls/tls_library_loader.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace kith::app::test {

using kith::test::Authority;
using kith::test::Identity;

inline bool has(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A directory with the files of a server.
struct CertificateFiles {
    Authority ours{"ours"}, strange{"strange"};
    kith::test::TemporaryDirectory directory;
    core::ApiTlsFiles files;

    CertificateFiles() {
        files.certificate = directory / "certificate.pem";
        files.key = directory / "key.pem";
        show(ours.sign("server", {"127.0.0.1"}));
    }

    // By a new file, as renewals do.
    static void write(const std::string &path, const std::string &text) {
        std::ofstream(path + ".new") << text;
        std::filesystem::rename(path + ".new", path);
    }
    void show(const Identity &identity) const {
        write(files.certificate, identity.certificate);
        write(files.key, identity.key);
    }
    void require_clients() {
        files.client_authorities = directory / "clients.pem";
        write(files.client_authorities, ours.certificate());
    }
    std::unique_ptr<ServerCertificate> read() const {
        std::string why;
        auto certificate = ServerCertificate::read(files, why);
        BOOST_REQUIRE_MESSAGE(certificate != nullptr, why);
        return certificate;
    }
};

struct SocketPair {
    int server = -1, client = -1;

    SocketPair() {
        int fds[2];
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
        server = fds[0];
        client = fds[1];
    }
    ~SocketPair() {
        if (server >= 0) ::close(server);
        if (client >= 0) ::close(client);
    }
    SocketPair(const SocketPair &) = delete;
    SocketPair &operator=(const SocketPair &) = delete;
};

/// Trusts an authority, and presents a certificate when it is given one. Nothing waits: turn() does what can be done.
class TlsTestClient {
  public:
    TlsTestClient(int fd, const std::string &authority, const Identity &identity = {}) : fd_(fd) {
        TlsFailure failure;
        const TlsEntry *library = tls_library({}, failure);
        BOOST_REQUIRE_MESSAGE(library != nullptr, failure.text);
        context_ = library->context(
            {.authorities = authority, .certificate = identity.certificate, .key = identity.key, .words = {}}, failure);
        BOOST_REQUIRE_MESSAGE(context_ != nullptr, failure.text);
        session_ = context_->session("127.0.0.1", true);
    }
    void send(const std::string &text) { pending_ += text; }
    /// Sends at most `most` bytes to the socket, and takes at most as many.
    void turn(std::size_t most = 65'536) {
        if (!secured_ && !failed_) {
            const auto step = session_->handshake();
            secured_ = step == TlsSession::Step::done;
            failed_ = step == TlsSession::Step::failed;
        }
        if (secured_ && !pending_.empty()) {
            session_->write(pending_);
            pending_.clear();
        }
        out_ += session_->take();
        const ssize_t sent =
            out_.empty() ? 0 : ::send(fd_, out_.data(), std::min(out_.size(), most), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
        std::string bytes(most, '\0');
        const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got == 0) closed_ = true;
        if (got > 0) session_->feed({bytes.data(), static_cast<std::size_t>(got)});
        if (secured_) read();
    }
    bool secured() const { return secured_; }
    bool failed() const { return failed_; }
    bool ended() const { return ended_; }   ///< by the end of TLS
    bool closed() const { return closed_; } ///< the socket has ended
    std::string failure() const { return session_->failure().text; }
    TlsPeer peer() const { return session_->peer(); }
    const std::string &received() const { return received_; }

  private:
    void read() {
        char bytes[4096];
        for (;;) {
            std::size_t got = 0;
            const auto step = session_->read(bytes, sizeof bytes, got);
            out_ += session_->take();
            ended_ = ended_ || step == TlsSession::Step::ended;
            failed_ = failed_ || step == TlsSession::Step::failed;
            if (step != TlsSession::Step::done) return;
            received_.append(bytes, got);
        }
    }

    int fd_;
    std::unique_ptr<TlsContext> context_;
    std::unique_ptr<TlsSession> session_;
    std::string pending_, out_, received_;
    bool secured_ = false, failed_ = false, ended_ = false, closed_ = false;
};

} // namespace kith::app::test
