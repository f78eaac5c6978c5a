// SPDX-License-Identifier: MIT
#include "client_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t most_in_record = 16'384;   // of plaintext
constexpr std::size_t most_per_call = 65'536;    // bytes that are received before others have their turn
constexpr std::size_t most_unsent = 3 * 16'384U; // a record of the text, and what TLS itself must reply

// A request line begins with a method; a record of TLS does not begin with a letter.
bool may_be_http(char first) { return first >= 'A' && first <= 'Z'; }

} // namespace

ClientStream::ClientStream(int fd, std::unique_ptr<TlsSession> session) : fd_(fd), session_(std::move(session)) {}

ClientStream::Step ClientStream::handshake() {
    if (!session_) return Step::done;
    std::array<char, 4096> bytes;
    for (std::size_t total = 0; total < most_per_call;) {
        const auto step = session_->handshake();
        sealed_ += session_->take();
        const Step pushed = push();
        if (step == TlsSession::Step::failed || step == TlsSession::Step::ended) return fail();
        if (pushed != Step::done) return pushed;
        if (step == TlsSession::Step::done) {
            buffered_ = true;
            return Step::done;
        }
        std::size_t got = 0;
        const Step received = receive(bytes.data(), bytes.size(), got);
        if (received == Step::ended && heard_) failure_ = "it ended the connection in the TLS handshake";
        if (received != Step::done) return received;
        total += got;
        if (!std::exchange(heard_, true) && may_be_http(bytes.front())) {
            session_.reset();
            return Step::not_tls;
        }
        session_->feed({bytes.data(), got});
    }
    return Step::wait_read;
}

// The alert that says why was pushed, as far as the kernel took it; what the client still sends is no TLS for us.
ClientStream::Step ClientStream::fail() {
    failure_ = session_->failure().text;
    if (failure_.empty()) failure_ = "it ended the TLS handshake";
    session_.reset();
    broken_ = true;
    return Step::failed;
}

ClientStream::Step ClientStream::read(char *into, std::size_t max, std::size_t &got) {
    if (!session_) return receive(into, max, got);
    std::array<char, 4096> bytes;
    for (std::size_t total = 0; total < most_per_call;) {
        const auto step = session_->read(into, max, got);
        if (!push_replies()) return Step::failed;
        switch (step) {
        case TlsSession::Step::done: return Step::done;
        case TlsSession::Step::ended: return Step::ended;
        case TlsSession::Step::failed: return fail();
        case TlsSession::Step::hungry: break;
        }
        std::size_t received = 0;
        buffered_ = false;
        if (const Step step_of_socket = receive(bytes.data(), bytes.size(), received); step_of_socket != Step::done)
            return step_of_socket;
        buffered_ = true;
        total += received;
        session_->feed({bytes.data(), received});
    }
    return Step::wait_read;
}

// A client that takes none of these replies must not fill the memory with them.
bool ClientStream::push_replies() {
    sealed_ += session_->take();
    if (sealed_.size() - pushed_ > most_unsent) return false;
    return sealed_.empty() || push() != Step::failed;
}

ClientStream::Step ClientStream::write(std::string_view text, std::size_t &written) {
    written = 0;
    if (broken_) return Step::failed;
    if (!session_) return send(text, written);
    if (piece_ == 0) {
        const std::size_t piece = std::min(text.size(), most_in_record);
        if (session_->write(text.substr(0, piece)) != TlsSession::Step::done) return fail();
        piece_ = piece;
        sealed_ += session_->take();
    }
    const Step pushed = push();
    if (pushed == Step::done) written = std::exchange(piece_, 0);
    return pushed;
}

void ClientStream::finish() {
    if (session_ && sealed_.empty()) {
        session_->end();
        sealed_ = session_->take();
        push();
    }
    ::shutdown(fd_, SHUT_WR);
}

ClientStream::Step ClientStream::push() {
    while (pushed_ < sealed_.size()) {
        std::size_t written = 0;
        if (const Step step = send(std::string_view(sealed_).substr(pushed_), written); step != Step::done) return step;
        pushed_ += written;
    }
    sealed_ = {};
    pushed_ = 0;
    return Step::done;
}

ClientStream::Step ClientStream::receive(char *into, std::size_t max, std::size_t &got) {
    got = 0;
    for (;;) {
        const ssize_t size = ::recv(fd_, into, max, MSG_DONTWAIT);
        if (size > 0) {
            got = static_cast<std::size_t>(size);
            return Step::done;
        }
        if (size == 0) return Step::ended;
        if (errno == EINTR) continue;
        return errno == EAGAIN || errno == EWOULDBLOCK ? Step::wait_read : Step::failed;
    }
}

ClientStream::Step ClientStream::send(std::string_view text, std::size_t &written) {
    for (;;) {
        // A client that is gone is an error here, and no signal.
        const ssize_t size = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size > 0) {
            written = static_cast<std::size_t>(size);
            sent_ += written;
            return Step::done;
        }
        if (size < 0 && errno == EINTR) continue;
        return errno == EAGAIN || errno == EWOULDBLOCK ? Step::wait_write : Step::failed;
    }
}

} // namespace kith::app
