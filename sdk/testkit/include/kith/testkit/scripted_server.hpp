// SPDX-License-Identifier: MIT
//
// A scripted TCP server on a simulated machine, which replaces an EPMD, a BEAM node or a registry in tests. Each connection is
// handled by a script or by a function.
//
//     ScriptedServer epmd(machine, 4369);
//     epmd.script().expect(request).send(answer).close();
#pragma once

#include <kith/testkit/simulated_machine.hpp>
#include <kith/testkit/tls_identity.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// One connection of a scripted server. Valid until it has ended and its last handler has returned.
class Conversation {
  public:
    using Duration = SimNet::Duration;
    using Handler = std::function<void(Conversation &)>;

    class Body;
    explicit Conversation(Body &body) noexcept : body_(body) {}
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    /// The received bytes that were not taken yet.
    std::string_view received() const noexcept;
    /// Takes this number of received bytes, or all when there are fewer.
    std::string take(std::size_t count);
    std::string take() { return take(received().size()); }

    /// Sends the bytes as the other side reads them.
    void send(std::string_view bytes);
    /// The number of bytes that were not sent yet.
    std::size_t waiting() const noexcept;
    /// Ends our direction after everything was sent.
    void finish();
    /// Closes the connection after everything was sent.
    void close();
    /// Resets the connection.
    void reset();
    /// Disappears without an end or a reset: nothing is answered any more.
    void vanish();
    /// Stops reading, so that the other side's writes wait.
    void stop_reading();

    /// Sets the handler for received bytes. Replaces the previous one.
    void on_bytes(Handler handler);
    /// Sets the handler for the end or reset by the other side. Called once.
    void on_end(Handler handler);
    /// Calls the handler after the delay, unless the connection has ended.
    void after(Duration delay, Handler handler);

    /// Whether the other side has ended its direction, or the connection was reset.
    bool ended() const noexcept;
    /// KITH_OK, or KITH_RESET.
    std::int32_t broken() const noexcept;
    /// Whether this side has closed or reset the connection, or vanished.
    bool over() const noexcept;
    /// The number of the connection, from 1.
    std::size_t number() const noexcept;
    /// All bytes received so far, without those of a TLS handshake.
    const std::string &all() const noexcept;

    // ---- with TLS ----

    /// The certificates that the other side has sent; empty when there are none.
    const std::string &certificate() const noexcept;
    /// The server name that the other side has requested.
    const std::string &server_name() const noexcept;

  private:
    Body &body_;
};

/// The steps for one connection, done one after the other.
class Script {
  public:
    /// Waits for exactly these bytes; other bytes are a failure and reset the connection.
    Script &expect(std::string_view bytes);
    /// Waits for this number of bytes.
    Script &expect_size(std::size_t count);
    /// Waits until the other side has ended its direction.
    Script &expect_end();
    Script &send(std::string_view bytes);
    Script &wait(SimNet::Duration span);
    Script &then(Conversation::Handler what);
    Script &finish();
    Script &close();
    Script &reset();
    Script &vanish();
    Script &stop_reading();

  private:
    friend class Conversation::Body;
    struct Step {
        enum class Kind : std::uint8_t { bytes, size, end, send, wait, call };
        Kind kind = Kind::call;
        std::string data;
        std::size_t count = 0;
        SimNet::Duration span{};
        Conversation::Handler handler;
    };
    Script &add(Step step);
    std::vector<Step> steps_;
};

class ScriptedServer {
  public:
    /// Listens at once. Throws std::runtime_error when the port is taken. port 0: any.
    ScriptedServer(SimulatedMachine &machine, std::uint16_t port, std::string_view address = {}, std::size_t backlog = 128);
    /// Resets the open connections.
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer &) = delete;
    ScriptedServer &operator=(const ScriptedServer &) = delete;

    std::uint16_t port() const noexcept;

    /// Adds a script. Connections get the scripts in the order of these calls; the last script is used for all further ones.
    /// Without a script and without on_accept, connections are accepted and read, and never answered.
    Script &script();
    /// Sets a handler for each new connection, instead of scripts.
    void on_accept(Conversation::Handler handler);
    /// Uses TLS for new connections: they begin with a handshake. Handlers are called after it.
    void secure(TlsServer how);
    /// Ends the use of TLS for new connections.
    void speak_plainly();
    /// false: leaves new connections in the backlog, established and unread.
    void accept(bool on);
    /// Stops listening: new connections are refused. Open ones remain.
    void stop_listening();

    /// Connects from this machine to a listener. The handler gets the conversation. It is not called after a failure, which is
    /// added to failures().
    void dial(std::string_view address, std::uint16_t port, Conversation::Handler connected);

    /// The number of connections so far, and of open ones.
    std::size_t accepted() const noexcept;
    std::size_t open() const noexcept;
    /// The n-th connection, from 1. It can be read after it has ended.
    Conversation &conversation(std::size_t number);
    /// Deviations from the scripts; empty when there are none.
    const std::vector<std::string> &failures() const noexcept;

  private:
    friend class Conversation;
    friend class Conversation::Body;
    class Body;
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
