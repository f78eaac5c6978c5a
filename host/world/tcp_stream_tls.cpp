// SPDX-License-Identifier: MIT
//
// The part of TcpStream that handles TLS (kith.tls/1).
#include "tcp_stream.hpp"

#include <kith/service/tcp.h>
#include <kith/service/tls.h>

#include <algorithm>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t sealed_at_once = 65'536;

Error no_tls() { return boost::system::errc::make_error_code(boost::system::errc::protocol_error); }

void report_read_secure(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::string_view data) {
    Entered guard(resources.tenant, "tcp.read");
    resources.side<kith_tcp_plugin>(KITH_TCP)->read(resources.tenant.self(), user, op, KITH_OK, {}, data.data(),
                                                    static_cast<std::uint32_t>(data.size()));
}

} // namespace

std::int32_t TcpStream::begin_secure(std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (securing_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "this stream is being secured already");
    if (reading_.busy(*resources_) || writing_.busy(*resources_))
        return resources_->refuse(KITH_BUSY,
                                  "a read or a write of this stream is outstanding; secure it when they have completed");
    if (layer_ != Layer::plain) return resources_->refuse(KITH_INVALID, "this stream was secured already");
    if (finished_) return resources_->refuse(KITH_INVALID, "this direction of the stream was shut down");
    layer_ = Layer::securing;
    securing_.begin(
        *resources_, shared_from_this(), timeout, user, op,
        [](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            report_secured(resources, u, o, KITH_CANCELLED, cancelled_text(), nullptr);
        },
        [this] { end_secure(KITH_TIMED_OUT, "the TLS handshake was not done in time"); });
    if (!broken_) broken(no_tls(), "it was not secured"); // until it is
    return KITH_OK;
}

void TcpStream::forget_secure() {
    securing_.end(*resources_);
    layer_ = Layer::plain;
    broken_ = {};
    broken_text_.clear();
}

void TcpStream::secure(std::unique_ptr<TlsSession> session) {
    session_ = std::move(session);
    shake();
}

void TcpStream::await_shake(tcp::socket::wait_type what) {
    socket_.async_wait(what, [me = shared_from_this(), of = securing_.op](const Error &) {
        if (me->securing_.op == of) me->shake();
    });
}

void TcpStream::shake() {
    auto &buffer = resources_->parts.read_buffer;
    for (;;) {
        const auto step = session_->handshake();
        out_ += session_->take();
        const Error unsent = push();
        if (step == TlsSession::Step::failed) return end_secure(session_->failure().status, session_->failure().text);
        if (step == TlsSession::Step::ended) return end_secure(KITH_RESET, "it ended the TLS handshake");
        if (unsent == boost::asio::error::would_block) return await_shake(tcp::socket::wait_write);
        if (step == TlsSession::Step::done) break;
        // A send error is reported by the read, after the data that the other side sent before.
        Error error;
        const std::size_t size = socket_.read_some(boost::asio::buffer(buffer), error);
        if (error == boost::asio::error::would_block) return await_shake(tcp::socket::wait_read);
        if (error == boost::asio::error::eof) return end_secure(KITH_RESET, "it ended the connection in the TLS handshake");
        if (error) return end_secure(KITH_RESET, "the connection broke in the TLS handshake: " + error.message());
        session_->feed({buffer.data(), size});
    }
    layer_ = Layer::secured;
    broken_ = {};
    broken_text_.clear();
    const TlsPeer peer = session_->peer();
    if (const auto ended = securing_.end(*resources_))
        report_secured(*resources_, ended->user, securing_.last, KITH_OK, {}, &peer);
}

void TcpStream::end_secure(std::int32_t status, std::string_view text) {
    broken_text_ = text;
    session_.reset(); // the text may belong to it
    if (const auto ended = securing_.end(*resources_))
        report_secured(*resources_, ended->user, securing_.last, status, with_place(broken_text_), nullptr);
}

// Reads from the kernel until TLS has decrypted data.
void TcpStream::read_secure() {
    auto &buffer = resources_->parts.read_buffer;
    for (;;) {
        const std::size_t most = std::min<std::size_t>({max_, KITH_TCP_MAX_READ, buffer.size()});
        std::size_t size = 0;
        const auto step = session_->read(buffer.data(), most, size);
        answer();
        switch (step) {
        case TlsSession::Step::done:
            if (const auto ended = reading_.end(*resources_))
                report_read_secure(*resources_, ended->user, reading_.last, {buffer.data(), size});
            return;
        case TlsSession::Step::ended: return end_read(KITH_CLOSED, with_place("it ended the stream"));
        case TlsSession::Step::failed:
            broken(no_tls(), session_->failure().text);
            return end_read(session_->failure().status, with_place(session_->failure().text));
        case TlsSession::Step::hungry: break;
        }
        Error error;
        size = socket_.read_some(boost::asio::buffer(buffer), error);
        if (error == boost::asio::error::would_block) return await_read();
        if (error == boost::asio::error::eof) {
            // Anybody on the network path could have truncated it.
            broken(no_tls(), "it ended the connection without ending TLS");
            return end_read(KITH_RESET, with_place(broken_text_));
        }
        if (error) return end_read(broken(error), text_of(error));
        session_->feed({buffer.data(), size});
    }
}

// Records of TLS itself are sent with the outstanding write, or at once when there is none.
void TcpStream::answer() {
    out_ += session_->take();
    if (writing_.op == 0 && !out_.empty()) push();
}

// Encrypts the next part of a write. Returns false when there is none, or after an error.
bool TcpStream::seal() {
    if (session_ == nullptr || sealed_ == inner_.size()) return false;
    const std::string_view piece = std::string_view(inner_).substr(sealed_, sealed_at_once);
    if (session_->write(piece) != TlsSession::Step::done) {
        broken(no_tls(), session_->failure().text);
        return false;
    }
    sealed_ += piece.size();
    out_ += session_->take();
    return true;
}

} // namespace kith::app
