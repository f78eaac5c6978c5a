// SPDX-License-Identifier: MIT
//
// The bytes of one client over its non-blocking socket: as they are, or in TLS. No function waits.
#pragma once

#include <host/world/tls/tls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kith::app {

class ClientStream {
  public:
    enum class Step : std::uint8_t {
        done,
        wait_read,  ///< call again when the socket can be read
        wait_write, ///< call again when it can be written
        ended,      ///< the client has ended it
        failed,
        not_tls, ///< of the handshake: the client has begun to send HTTP; from now on the bytes are sent as they are
    };

    /// fd: of the socket, which lives longer. session: a server's, whose handshake comes first; null: no TLS.
    ClientStream(int fd, std::unique_ptr<TlsSession> session);

    bool has_tls() const { return session_ != nullptr; }
    Step handshake();
    /// Why the handshake has failed; empty when a client left before it had sent a byte.
    const std::string &failure() const { return failure_; }

    /// done: `got` bytes, at least 1 and at most `max`.
    Step read(char *into, std::size_t max, std::size_t &got);
    /// read() may have something without the socket becoming readable.
    bool has_buffered() const { return session_ != nullptr && buffered_; }
    /// done: the first `written` bytes of the text, which is not empty. wait_write: call it again with the same text, which may have grown.
    Step write(std::string_view text, std::size_t &written);
    /// The number of bytes that the kernel has taken.
    std::uint64_t sent() const { return sent_; }
    /// Ends what this side sends. For a client in TLS it is no end before this.
    void finish();

  private:
    Step receive(char *into, std::size_t max, std::size_t &got);
    Step send(std::string_view text, std::size_t &written);
    Step push();
    bool push_replies();
    Step fail();

    int fd_;
    std::unique_ptr<TlsSession> session_;
    std::string failure_;
    std::string sealed_;     // records for the client
    std::size_t pushed_ = 0; // of sealed_
    std::size_t piece_ = 0;  // bytes of the text that sealed_ ends with
    bool heard_ = false;     // a byte was received
    bool buffered_ = false;  // the session may have more
    bool broken_ = false;    // TLS has failed: nothing is sent any more
    std::uint64_t sent_ = 0;
};

} // namespace kith::app
