// SPDX-License-Identifier: MIT
//
// A simulation: a clock, an event queue, a seeded random source, machines, and the network between them. The same seed and the
// same calls give the same trace, byte for byte.
#pragma once

#include <kith/testkit/address.hpp>
#include <kith/testkit/deprecated_names.hpp>
#include <kith/testkit/random.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

class DnsZones;
class SimulatedMachine;
class NetworkSegment;
class TcpStack;
class UdpStack;

/// The receiver of events in the queue. It outlives its events.
class Actor {
  public:
    virtual void on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) = 0;

  protected:
    ~Actor() = default;
};

/// What is done with packets from one machine to another.
enum class Route : std::uint8_t {
    open,
    silent,      ///< packets are lost; streams stall and continue when the route opens again
    unreachable, ///< a router reports it at once to new connections; streams stall
    refused,     ///< a firewall resets new connections
};

class SimNet {
  public:
    using Duration = std::chrono::nanoseconds;

    explicit SimNet(std::uint64_t seed = 1);
    ~SimNet();
    SimNet(const SimNet &) = delete;
    SimNet &operator=(const SimNet &) = delete;

    // ---- machines and names ----

    /// Adds a machine with these addresses on the segment "net". Its name resolves to them, in this order. It exists as long as
    /// the SimNet. An address may contain the length of its network prefix: "10.0.0.7/8".
    SimulatedMachine &machine(std::string_view name, std::initializer_list<std::string_view> addresses);

    /// Sets a name of the resolver, for all machines. Without addresses the name is removed.
    void name(std::string_view host, std::initializer_list<std::string_view> addresses);

    /// The records of kith.dns/1: see kith/testkit/dns_zones.hpp.
    DnsZones &dns() noexcept { return *dns_; }

    /// The network of that name, created on first use. SimulatedMachine::plug connects machines to it.
    NetworkSegment &segment(std::string_view name = "net");
    /// Adds a router between two networks. It forwards datagrams to addresses, and those to groups while hops are left (each
    /// router takes one).
    void connect(NetworkSegment &a, NetworkSegment &b);

    // ---- time ----

    /// The monotonic clock of the simulation. It starts at 1 s.
    Duration now() const noexcept { return Duration(static_cast<std::int64_t>(now_ns())); }
    std::uint64_t now_ns() const noexcept { return now_.load(std::memory_order_relaxed); } // [any-thread]
    /// Nanoseconds since 1970, without the skew of a machine. It starts at 2026-01-01T00:00:00Z.
    std::int64_t wall_ns() const noexcept;

    /// Runs the next event. Returns false when there is none.
    bool step();
    /// Lets this time pass, with or without events.
    void run_for(Duration span);
    /// Runs events until done() is true or the time is over. Returns done().
    bool run_until(const std::function<bool()> &done, Duration bound = std::chrono::hours(1));
    /// For plugins with a thread of their own: waits in real time until something was posted.
    bool await_post(std::chrono::milliseconds bound);

    /// Calls a function later. For tests; the events of machines need no allocation.
    void in(Duration delay, std::function<void()> what);

    std::uint64_t events_done() const noexcept { return done_; }
    std::size_t events_waiting() const noexcept { return heap_.size() + soon_.size() - soon_at_; }

    // ---- network faults of streams and datagrams; further faults of datagrams are set on a NetworkSegment or a NetworkInterface ----

    /// The range of the delay of packets, drawn from the seed. 0.2 ms to 1 ms initially.
    void delay(Duration least, Duration most);
    /// Whether the bytes of one write are split into random pieces. True initially.
    void split(bool on) noexcept { split_ = on; }
    /// Datagrams arrive only at multiples of this time, as with interrupt coalescing: a receiver of many gets them in few
    /// calls, and a large simulation is faster. Initially 0: each datagram has its own time.
    void tick(Duration length);
    /// The delay of the resolver.
    void resolver_delay(Duration delay) noexcept { resolver_delay_ = static_cast<std::uint64_t>(delay.count()); }
    /// The number of bytes that may be in flight and unread in one direction of a stream before a write waits.
    void window(std::size_t bytes) noexcept { window_ = bytes; }

    /// Sets the route in one direction only.
    void route(const SimulatedMachine &from, const SimulatedMachine &to, Route route);
    /// Sets the route in both directions.
    void partition(const SimulatedMachine &a, const SimulatedMachine &b, Route how = Route::silent);
    void heal(const SimulatedMachine &a, const SimulatedMachine &b);
    /// Only machines in the same set reach each other; the machines in none form a further set. Applies in addition to
    /// partition.
    void islands(const std::vector<std::vector<const SimulatedMachine *>> &sets);
    /// Ends the separation into islands.
    void unite() { islands({}); }
    /// The probability (0 to 1) that a datagram from one machine to the other is lost. One direction only.
    void loss(const SimulatedMachine &from, const SimulatedMachine &to, double probability);
    /// Resets every connection between two machines, on both sides.
    void reset_connections(const SimulatedMachine &a, const SimulatedMachine &b);

    // ---- faults ----

    /// The n-th service call (a call that can fail, or a completion that would have succeeded) fails with this status. 0: none.
    void fail_call(std::uint64_t n, std::int32_t status) noexcept;
    /// The number of calls so far.
    std::uint64_t calls() const noexcept { return calls_; }
    /// The call that was made to fail, such as "call 7, tcp.connect"; empty when there was none.
    const std::string &fault() const noexcept { return fault_; }

    // ---- trace ----

    /// The hash of all events so far.
    std::uint64_t trace_hash() const noexcept { return trace_hash_; }
    /// Stores the trace as text, too: lines with time, machine, what, a, b, and the hash of bytes.
    void keep_trace(bool on) noexcept { keep_trace_ = on; }
    const std::string &trace_text() const noexcept { return trace_text_; }

    // ---- for the implementation of the simulation ----

    void schedule(std::uint64_t at, Actor &actor, std::uint32_t what, std::uint32_t slot = 0, std::uint64_t id = 0);
    void trace(std::uint32_t machine, const char *what, std::uint64_t a = 0, std::int64_t b = 0, std::string_view bytes = {});
    /// KITH_OK, or the status with which this call must fail. what: a static string.
    std::int32_t fault_of(const char *what);
    /// Returns a new unique number, which is not 0.
    std::uint64_t next_serial() noexcept { return ++serial_; }
    std::uint64_t packet_delay() noexcept { return delay_least_ + random_.below(delay_most_ - delay_least_ + 1); }
    std::uint64_t resolving() const noexcept { return resolver_delay_; }
    std::size_t window() const noexcept { return window_; }
    bool splitting() const noexcept { return split_; }
    Random &random() noexcept { return random_; }
    TcpStack &tcp() noexcept { return *tcp_; }
    UdpStack &udp() noexcept { return *udp_; }
    /// The route for streams.
    Route route_of(const SimulatedMachine &from, const SimulatedMachine &to) const noexcept;
    /// False: no route between machines is restricted, and no datagram is lost.
    bool broken_links() const noexcept;
    /// Whether this datagram arrives. Draws from the seed.
    bool passes(std::uint32_t from, std::uint32_t to);
    bool chance(double probability) noexcept {
        return probability > 0 && static_cast<double>(random_.next() >> 11) * 0x1p-53 < probability;
    }
    std::uint64_t ticked(std::uint64_t time) const noexcept { return tick_ == 0 ? time : (time + tick_ - 1) / tick_ * tick_; }
    bool ticking() const noexcept { return tick_ != 0; }
    SimulatedMachine *at(const Address &address) const noexcept;
    /// The machine of that index; null when there is none.
    SimulatedMachine *machine_at(std::uint32_t index) const noexcept;
    /// The addresses of a machine, or a route between machines, have changed.
    void addresses_changed(SimulatedMachine &machine, const std::vector<Address> &before);
    void way_changed(const SimulatedMachine &machine, bool moved);
    /// Whether a stream to or from that address of a machine can continue.
    bool holds(const SimulatedMachine &machine, const Address &address) const noexcept;
    /// Returns false when the name does not exist.
    bool resolve(std::string_view host, std::vector<Address> &out) const;
    /// Something was posted to the machine of that index. [any-thread]
    void posted(std::uint32_t machine);
    /// Ends the run that is under way with a std::runtime_error of this text; later ones only let time pass.
    void give_up(std::string why);

  private:
    struct Event {
        std::uint64_t time;
        std::uint64_t seq;
        Actor *actor;
        std::uint64_t id;
        std::uint32_t what;
        std::uint32_t slot;
    };
    struct Later;
    struct Private;
    static bool after(const Event &a, const Event &b) noexcept { return a.time != b.time ? a.time > b.time : a.seq > b.seq; }
    std::uint32_t island_of(std::uint32_t machine) const noexcept;
    void take_posts();
    bool due(std::uint64_t end) const noexcept;
    bool given_up(); // throws the reason once
    void dispatch();

    std::atomic<std::uint64_t> now_ = 1'000'000'000; // read by plugins' threads
    std::uint64_t seq_ = 0;
    std::uint64_t serial_ = 0;
    std::uint64_t done_ = 0;
    bool given_up_ = false;
    std::string why_given_up_;
    std::vector<Event> heap_;
    std::vector<Event> soon_; // events of the present time; they follow those in the heap, which were scheduled earlier
    std::size_t soon_at_ = 0;
    Random random_;
    std::uint64_t delay_least_ = 200'000;
    std::uint64_t delay_most_ = 1'000'000;
    std::uint64_t resolver_delay_ = 1'000'000;
    std::uint64_t tick_ = 0;
    std::size_t window_ = 262'144;
    bool split_ = true;
    bool keep_trace_ = false;
    std::uint64_t trace_hash_ = 0;
    std::string trace_text_;
    std::uint64_t calls_ = 0;
    std::uint64_t fail_at_ = 0;
    std::int32_t fail_with_ = 0;
    std::string fault_;
    std::unique_ptr<Private> private_;
    std::unique_ptr<TcpStack> tcp_;
    std::unique_ptr<UdpStack> udp_;
    std::unique_ptr<DnsZones> dns_;
};

} // namespace kith::testkit
