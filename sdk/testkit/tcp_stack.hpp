// SPDX-License-Identifier: MIT
//
// The TCP implementation of all simulated machines: connects, listeners, and streams with windows, delays, resets and lost
// machines. It is independent of plugins; machines and scripted servers use it.
#pragma once

#include "fifo.hpp"

#include <kith/plugin.h>
#include <kith/testkit/sim_net.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

struct Stream;
struct Listener;

/// Called from events only, never within a call to the stack. `token` is a value of the owner.
class SocketOwner {
  public:
    /// The stream has changed: received bytes, the end, a reset, or room to write.
    virtual void on_stream(Stream &stream, std::uint64_t token) = 0;
    virtual void on_incoming(Listener &listener, std::uint64_t token) = 0;
    /// stream is null unless status is KITH_OK.
    virtual void on_dialled(std::int32_t status, Stream *stream, std::uint64_t token) = 0;

  protected:
    ~SocketOwner() = default;
};

/// One end of a connection.
struct Stream {
    std::uint32_t slot = 0;
    std::uint64_t serial = 0;
    SimulatedMachine *machine = nullptr;
    SimulatedMachine *other_machine = nullptr;
    Stream *other = nullptr;   // null: the other end is closed
    bool other_silent = false; // the other end has vanished without an end or a reset
    SocketName local, remote;
    SocketOwner *owner = nullptr;
    std::uint64_t token = 0;

    Fifo unread;
    bool ended = false; // the end of the other side was reached
    std::int32_t broken = KITH_OK;
    bool finished = false; // this side has ended its direction

    struct Segment {
        std::uint64_t arrives = 0;
        std::string bytes;
        bool fin = false;
        bool reset = false;
    };
    std::deque<Segment> wire; // data in flight to this end, in order
    std::uint64_t last_arrival = 0;
    std::size_t credit_used = 0;     // bytes in flight to this end, and unread ones
    std::uint64_t stalled_since = 0; // 0: not stalled
    std::uint64_t probing_since = 0; // 0: nothing was sent to a vanished end
    bool wants_room = false;         // the last write was accepted only in part
    std::size_t sent_to_nobody = 0;

    std::size_t available() const noexcept { return unread.size(); }
};

struct Listener {
    std::uint32_t slot = 0;
    std::uint64_t serial = 0;
    SimulatedMachine *machine = nullptr;
    SocketName local;
    std::size_t backlog = 0;
    std::deque<Stream *> pending;
    SocketOwner *owner = nullptr;
    std::uint64_t token = 0;
};

class TcpStack final : public Actor {
  public:
    explicit TcpStack(SimNet &net) : net_(net) {}
    ~TcpStack();

    /// Connects; on_dialled reports the result. Returns a number for hang_up.
    std::uint64_t dial(SimulatedMachine &from, const Address &to, std::uint16_t port, SocketOwner &owner, std::uint64_t token);
    void hang_up(std::uint64_t dial) noexcept;

    /// Returns KITH_OK, KITH_EXISTS, or KITH_IO when the machine does not have the address. port 0: any.
    std::int32_t listen(SimulatedMachine &machine, const Address &address, std::uint16_t port, std::size_t backlog,
                        SocketOwner &owner, std::uint64_t token, Listener *&out);
    /// The next connection; null when there is none.
    Stream *accept(Listener &listener, SocketOwner &owner, std::uint64_t token) noexcept;
    void close(Listener &listener) noexcept;

    /// Returns the number of accepted bytes.
    std::size_t write(Stream &stream, std::string_view bytes);
    std::string read(Stream &stream, std::size_t max);
    /// Ends the direction of this side.
    void finish(Stream &stream);
    /// The stream must not be used after these functions.
    void close(Stream &stream) noexcept;
    void reset(Stream &stream) noexcept;
    void vanish(Stream &stream) noexcept;

    /// Removes all sockets of a machine, without an end or a reset.
    void vanish(SimulatedMachine &machine) noexcept;
    void reset_between(const SimulatedMachine &a, const SimulatedMachine &b);
    /// A route has opened.
    void routes_changed();

    std::size_t streams() const noexcept { return streams_.size() - free_.size(); }

    void on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) override;

  private:
    enum What : std::uint32_t { syn, dialled, arrive, give_up, probe, report_event };
    struct Dial {
        std::uint64_t serial = 0; // 0: free
        SimulatedMachine *from = nullptr;
        Address to;
        std::uint16_t port = 0;
        SocketOwner *owner = nullptr;
        std::uint64_t token = 0;
        std::uint64_t began = 0;
        std::uint64_t wait = 0;
        Stream *stream = nullptr;
        std::int32_t status = KITH_OK;
    };

    Stream &make_stream(SimulatedMachine &machine);
    void drop(Stream &stream) noexcept;
    void send(Stream &to, Stream::Segment segment, std::uint64_t not_before = 0);
    void knock(std::uint32_t slot);
    void answer(std::uint32_t slot, std::int32_t status);
    void arrived(Stream &stream);
    void broke(Stream &stream, std::int32_t status);
    void probed(Stream &stream);
    void report(Stream &stream);
    bool open_to(const Stream &stream) const noexcept;
    std::uint64_t travel(const SimulatedMachine &from, const SimulatedMachine &to) noexcept;
    SocketName local_name(const SimulatedMachine &machine, const Address &towards);
    Listener *find(const SimulatedMachine &machine, const Address &address, std::uint16_t port) noexcept;
    SimulatedMachine *target(SimulatedMachine &from, const Address &to) const noexcept;

    SimNet &net_;
    std::vector<std::unique_ptr<Stream>> streams_;
    std::vector<std::uint32_t> free_;                  // slots of streams_
    std::vector<std::unique_ptr<Listener>> listeners_; // in the order of their creation
    std::vector<std::uint16_t> ports_;                 // last ephemeral port, by machine
    std::vector<Dial> dials_;
    std::vector<std::uint32_t> free_dials_;
};

} // namespace kith::testkit
