// SPDX-License-Identifier: MIT
//
// The UDP implementation of all simulated machines: sockets, groups, and datagrams in flight. It is independent of plugins.
//
// Datagrams that arrive at the same time for the same group form a *burst*: one event and one array of kith_datagram, shared by
// all receivers. A socket queues a piece of a burst. In a group of a thousand machines, a datagram therefore costs each of them
// only a few nanoseconds.
#pragma once

#include <kith/service/udp.h>
#include <kith/testkit/network_interface.hpp>
#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/sim_net.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

struct UdpSocket;
struct Channel;

/// Called from events only, never within a call to the stack. `token` is a value of the owner.
class UdpOwner {
  public:
    /// There are datagrams to take, or there is room to send again.
    virtual void on_datagrams(UdpSocket &socket, std::uint64_t token) = 0;
    virtual void on_membership(UdpSocket &socket, std::uint64_t token, std::string_view group, std::string_view interface,
                               std::int32_t status) = 0;

  protected:
    ~UdpOwner() = default;
};

/// Datagrams that arrive together.
struct Burst {
    struct Origin {
        std::uint32_t machine; // who sent it; none: nobody
        bool no_loop;
    };
    std::uint32_t slot = 0;
    std::uint32_t users = 0;
    std::uint64_t serial = 0;
    std::uint64_t arrives = 0;
    Channel *channel = nullptr;            // all who listen there; null: those of one machine,
    SimulatedMachine *machine = nullptr;   // which is this one,
    NetworkInterface *interface = nullptr; // by this interface; null: it was to an address of the machine
    SocketName to;
    bool fated = false;    // its faults (loss, delay, ...) are drawn
    bool filtered = false; // not every receiver gets all of it
    bool scoped = false;   // some come from a link-local address
    std::uint32_t longest = 0;
    std::vector<kith_datagram> datagrams;
    std::vector<Origin> origins;
    std::vector<std::size_t> offsets; // into bytes
    std::string bytes;
};

/// Some of a burst that stand side by side.
struct Piece {
    Burst *burst;
    std::uint32_t at;
    std::uint32_t count;
    std::uint32_t scope; // of its senders' addresses, where they are link-local; 0: as the burst has them
};

struct UdpSocket {
    struct Group {
        std::uint64_t serial;
        Address address;
        std::string text, interface;    // as they were given
        NetworkInterface *on = nullptr; // joined there
        std::int32_t status = KITH_OK;
        bool reported = false;
        std::int32_t last_reported = KITH_OK;
    };
    std::uint64_t serial = 0;
    SimulatedMachine *machine = nullptr;
    SocketName local;
    std::uint32_t flags = 0, hops = 0, max_size = 0, buffer = 0;
    std::string interface;
    UdpOwner *owner = nullptr;
    std::uint64_t token = 0;
    bool dead = false; // its machine has vanished
    std::vector<Group> groups;
    std::vector<Piece> queue;
    std::size_t first = 0; // of the queue
    std::size_t held = 0;  // bytes in the queue, with the kernel's own
    std::uint64_t lost = 0;

    bool waiting() const noexcept { return first < queue.size(); }
};

/// A group, or a broadcast address, on one segment and port; and who listens there.
struct Channel {
    struct Listener {
        UdpSocket *socket;
        NetworkInterface *interface;
    };
    NetworkSegment *segment = nullptr;
    SocketName name;
    std::uint64_t version = 0; // of the listeners
    std::vector<Listener> listeners;
    std::vector<std::uint32_t> open; // bursts that have not arrived
};

class UdpStack final : public Actor {
  public:
    explicit UdpStack(SimNet &net) : net_(net) {}
    ~UdpStack();

    struct Wanted {
        SocketName local;
        std::uint32_t flags = 0, hops = 0, max_size = 0, buffer = 0;
        std::string interface;
    };
    /// KITH_OK, KITH_EXISTS, or KITH_IO when the address is not one of this machine's. port 0: any.
    std::int32_t bind(SimulatedMachine &machine, const Wanted &wanted, UdpOwner &owner, std::uint64_t token, UdpSocket *&out);
    void close(UdpSocket &socket) noexcept;

    std::int32_t join(UdpSocket &socket, const Address &group, std::string_view text, std::string_view interface);
    std::int32_t leave(UdpSocket &socket, std::string_view group, std::string_view interface) noexcept;

    /// KITH_OK, why not, or KITH_BUSY when it must wait.
    std::int32_t send(UdpSocket &socket, const SocketName &to, std::uint32_t scope, std::string_view bytes);

    /// Up to so many, as an array; they stay until `release`.
    struct Batch {
        const kith_datagram *first = nullptr;
        std::uint32_t count = 0;
        std::uint64_t serial = 0; // of the first one's burst
    };
    Batch take(UdpSocket &socket, std::uint32_t max);
    void release() noexcept;

    void inject(NetworkSegment &segment, const SocketName &from, const SocketName &to, std::string_view bytes);

    /// All sockets of a machine, without a word.
    void vanish(SimulatedMachine &machine) noexcept;
    /// An interface has changed in any way; its groups are looked at again.
    void changed(SimulatedMachine &machine);
    void on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) override;

  private:
    enum What : std::uint32_t { arrive, membership, look_again };
    struct Host {
        std::vector<std::unique_ptr<UdpSocket>> sockets; // in the order they were bound
        std::vector<std::uint32_t> open;                 // bursts to one address of it that have not arrived
        std::uint16_t port = 49151;
    };
    struct Sent; // a datagram with all that its way depends on

    Host &host(const SimulatedMachine &machine);
    // sending
    NetworkInterface *way_out(const UdpSocket &socket, const SocketName &to, std::uint32_t scope) const;
    void to_all(SimulatedMachine &machine, NetworkInterface &by, const Sent &sent, std::uint32_t hops);
    void to_segment(NetworkSegment &segment, const Sent &sent);
    void to_address(NetworkSegment &segment, const Sent &sent);
    void to_machine(SimulatedMachine &machine, NetworkInterface *interface, const Sent &sent, std::uint64_t delay, bool fated);
    std::uint64_t local_delay();
    Burst &burst(std::vector<std::uint32_t> &open, std::uint64_t arrives, const SocketName &to, NetworkInterface *interface,
                 bool fated);
    static void append(Burst &burst, const Sent &sent);
    // arriving
    static void seal(Burst &burst);
    void arrived(Burst &burst);
    void to_listeners(Burst &burst);
    void to_sockets(Burst &burst);
    void listen(Channel &channel);
    static bool listens(const UdpSocket &socket, const NetworkInterface &interface, const SocketName &to) noexcept;
    UdpSocket *addressee(const SimulatedMachine &machine, const SocketName &to);
    void draw_fates(const Burst &burst, NetworkInterface &interface);
    bool heard(const Burst &burst, std::uint32_t at, NetworkInterface &interface);
    void straggle(const Burst &burst, std::uint32_t at, NetworkInterface &interface, std::uint64_t late);
    void deliver(UdpSocket &socket, Burst &burst, std::uint32_t scope);
    static void put(UdpSocket &socket, const Piece &piece);
    void unuse(Burst &burst) noexcept;
    void drop(UdpSocket &socket) noexcept;
    // groups
    void look(UdpSocket &socket, UdpSocket::Group &group);
    NetworkInterface *found(const SimulatedMachine &machine, std::string_view name, const Address &group,
                            std::int32_t &status) const;
    void report_membership(SimulatedMachine &machine, std::uint64_t group);

    SimNet &net_;
    std::vector<Host> hosts_; // by machine
    std::map<std::pair<std::uint32_t, SocketName>, Channel> channels_;
    std::deque<Burst> bursts_;
    std::vector<std::uint32_t> free_;
    std::vector<Piece> fates_; // the part of a burst that an interface receives
    bool fates_good_ = true;   // all of it, once
    std::vector<kith_datagram> gathered_;
    std::vector<Burst *> taken_;
    std::uint64_t version_ = 1; // of sockets, groups and interfaces
};

} // namespace kith::testkit
