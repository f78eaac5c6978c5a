// SPDX-License-Identifier: MIT
//
// A scripted server for tests: a stand-in for an EPMD, a BEAM node, a registry. It is no plugin and lives on a machine of the
// universe. Either a script tells what to do with each connection, or a function does.
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

/// One connection of a scripted server. Valid until it is over and its last handler has returned.
class Conversation {
  public:
    using Duration = SimNet::Duration;
    using Handler = std::function<void(Conversation &)>;

    class Body;
    explicit Conversation(Body &body) noexcept : body_(body) {}
    Conversation(const Conversation &) = delete;
    Conversation &operator=(const Conversation &) = delete;

    /// What has come and was not taken yet.
    std::string_view received() const noexcept;
    /// Take so many bytes of it (or as many as there are).
    std::string take(std::size_t count);
    std::string take() { return take(received().size()); }

    /// Goes out as the other side takes it.
    void send(std::string_view bytes);
    /// Bytes of it that have not gone out yet.
    std::size_t waiting() const noexcept;
    /// The end of our direction, after all that was sent.
    void finish();
    /// Close in good order, after all that was sent.
    void close();
    /// Break it.
    void reset();
    /// Be gone without a word: no end, no reset, no answer any more.
    void vanish();
    /// Read no more, so that the other side's writes come to a stand.
    void stop_reading();

    /// Called whenever bytes have come. Replaces the handler before.
    void on_bytes(Handler handler);
    /// Called once, when the other side has ended or broken it.
    void on_end(Handler handler);
    /// Called later, unless it is over by then.
    void after(Duration delay, Handler handler);

    /// The other side has said its end, or the connection broke.
    bool ended() const noexcept;
    /// KITH_OK, or KITH_RESET.
    std::int32_t broken() const noexcept;
    /// Closed, reset or vanished by us.
    bool over() const noexcept;
    /// 1 for the first connection of its peer.
    std::size_t number() const noexcept;
    /// Everything that ever came, but what belongs to a TLS handshake.
    const std::string &all() const noexcept;

    // ---- of a peer that speaks TLS ----

    /// The certificates that the other side has sent; empty: none.
    const std::string &certificate() const noexcept;
    /// The name that it has asked for.
    const std::string &server_name() const noexcept;

  private:
    Body &body_;
};

/// Steps for one connection, done one after the other.
class Script {
  public:
    /// Wait for exactly these bytes; others are a failure, and reset the connection.
    Script &expect(std::string_view bytes);
    /// Wait for so many bytes, whatever they are.
    Script &expect_size(std::size_t count);
    /// Wait until the other side has ended.
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
    /// Resets what is open.
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer &) = delete;
    ScriptedServer &operator=(const ScriptedServer &) = delete;

    std::uint16_t port() const noexcept;

    /// Connections get the scripts in the order of these calls; the last one serves all that follow. Without one, and without
    /// on_accept, a connection is accepted, read, and never answered.
    Script &script();
    /// Called for each new connection, instead of scripts.
    void on_accept(Conversation::Handler handler);
    /// Speak TLS: connections from now on begin with a handshake, behind which all else is as ever. Handlers see it once it is done.
    void secure(TlsServer how);
    /// As it was at first.
    void speak_plainly();
    /// Leave connections in the backlog: they are there, and nobody reads them.
    void accept(bool on);
    /// Stop listening: new connections are refused. Those that are open stay.
    void stop_listening();

    /// Connect from this machine to somebody who listens. The handler gets the conversation; it is not called on a failure, which is
    /// in failures().
    void dial(std::string_view address, std::uint16_t port, Conversation::Handler connected);

    /// Connections so far, and those that are open.
    std::size_t accepted() const noexcept;
    std::size_t open() const noexcept;
    /// The n-th connection, from 1; it stays readable after it is over.
    Conversation &conversation(std::size_t number);
    /// What did not go as its script says: empty when all is well.
    const std::vector<std::string> &failures() const noexcept;

  private:
    friend class Conversation;
    friend class Conversation::Body;
    class Body;
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
