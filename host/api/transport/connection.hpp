// SPDX-License-Identifier: MIT
//
// One client: reads a request, has it answered, writes the answer, and again; or follows a stream until one side ends. What waits for it is
// bounded, and so is how long it may take.
#pragma once

#include "client_stream.hpp"
#include "request_reader.hpp"

#include <host/api/handler_interface.hpp>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kith::app {

/// What all connections of a server share.
struct ConnectionShare {
    ApiHandler &handler;
    const ApiLimits &limits;
    std::size_t streams = 0;      ///< connections that follow one
    std::size_t large_bytes = 0;  ///< of answers above limits.buffer that are not written yet
    std::size_t large_bodies = 0; ///< of requests above limits.body that are not answered yet
    /// May be empty. peer: the client, as ApiTls names it.
    std::function<void(const std::string &peer, const std::string &why)> handshake_failed = {};
};

/// The TLS of a client.
struct ApiTls {
    std::unique_ptr<TlsSession> session; ///< null: none
    std::string peer; ///< the client's address, for the log: when a handshake fails, the kernel may have forgotten it
};

/// Of a client at the Unix socket.
struct ClientRights {
    Right right = Right::none;
    bool messages = false;
};

class ApiConnection : public std::enable_shared_from_this<ApiConnection> {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    using Clock = std::chrono::steady_clock;

    /// rights: at the Unix socket; access: at a TCP address, otherwise null. share outlives it, until close().
    ApiConnection(Socket socket, ClientRights rights, std::shared_ptr<const ApiAccess> access, ApiTls tls,
                  ConnectionShare &share);
    ~ApiConnection();
    ApiConnection(const ApiConnection &) = delete;
    ApiConnection &operator=(const ApiConnection &) = delete;

    void start();
    /// Answers it and ends, whatever it sends.
    void refuse(ApiFault fault);
    /// Ends what has taken too long, and sends heartbeats. To be called each second.
    void tick(Clock::time_point now);
    void close();
    /// Ends it: at once, or after the answer that is under way, but for an answer without an end.
    void retire();

    const ApiAccess *access() const { return access_.get(); }
    bool open() const { return socket_.is_open(); }
    /// It has no request that is complete: it can make room for another client.
    bool waits() const { return phase_ == Phase::reading || (phase_ == Phase::securing && !refused_); }
    /// Since when it is in its phase.
    Clock::time_point since() const { return since_; }

  private:
    enum class Phase : std::uint8_t {
        securing,  // the TLS handshake
        reading,   // a request
        waiting,   // for an answer that comes later
        answering, // out_ is written
        streaming,
        ending, // the last answer is written; what still comes is discarded until the client ends
    };

    void enter(Phase phase);
    void await_input();
    void await_output();
    void on_input();
    void secure();
    void handle();
    void answer(ApiAnswer answer, bool keep_alive, bool head_only);
    void begin_stream(ApiAnswer answer);
    void await_answer(std::unique_ptr<ApiPending> pending, bool keep_alive, bool head_only);
    std::size_t body_limit(const ApiRequest &head, std::size_t length);
    void pump();
    void flush();
    void flushed();
    void release_large();

    Socket socket_;
    ClientStream bytes_;
    std::string peer_; // with TLS
    Right right_;
    bool may_message_;
    std::shared_ptr<const ApiAccess> access_;
    ConnectionShare *share_;
    RequestReader reader_;
    std::string out_;
    std::size_t written_ = 0;    // of out_
    std::size_t large_ = 0;      // of share_->large_bytes: ours
    std::size_t large_body_ = 0; // of share_->large_bodies: ours
    std::unique_ptr<ApiStream> stream_;
    std::unique_ptr<ApiPending> pending_;
    boost::asio::steady_timer patience_; // for pending_
    std::optional<ApiFault> refused_;    // what is answered when the TLS handshake is done
    Phase phase_ = Phase::reading;
    Clock::time_point since_ = Clock::now();
    Clock::time_point progress_ = Clock::now(); // when bytes were last written
    bool keep_alive_ = true;
    bool awaits_input_ = false;
    bool awaits_output_ = false;
    bool stream_ended_ = false;
};

} // namespace kith::app
