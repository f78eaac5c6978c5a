// SPDX-License-Identifier: MIT
//
// One simulated universe: a clock, an event queue, a seeded random source, machines, and the network between them. The same seed and
// the same calls give the same trace, byte for byte.
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
class Segment;
class TcpStack;
class UdpStack;

/// Whoever has events in the queue. Outlives them.
class Actor {
  public:
    virtual void on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) = 0;

  protected:
    ~Actor() = default;
};

/// What becomes of packets from one machine to another.
enum class Route : std::uint8_t {
    open,
    silent,      ///< they vanish; streams stand still and go on when it opens again
    unreachable, ///< a router says so at once to who connects; streams stand still
    refused,     ///< a firewall resets who connects
};

class SimNet {
  public:
    using Duration = std::chrono::nanoseconds;

    explicit SimNet(std::uint64_t seed = 1);
    ~SimNet();
    SimNet(const SimNet &) = delete;
    SimNet &operator=(const SimNet &) = delete;

    // ---- machines and names ----

    /// A machine with these addresses on the segment "net"; its name resolves to them, in this order. Lives as long as the net. An
    /// address may tell its network: "10.0.0.7/8".
    SimulatedMachine &machine(std::string_view name, std::initializer_list<std::string_view> addresses);

    /// A name of the resolver, for all machines; replaces what it was. Without addresses it resolves no more.
    void name(std::string_view host, std::initializer_list<std::string_view> addresses);

    /// What kith.dns/1 answers: kith/testkit/dns_zones.hpp.
    DnsZones &dns() noexcept { return *dns_; }

    /// The network of that name; made when it is first asked for. Machines are plugged in by SimulatedMachine::plug.
    Segment &segment(std::string_view name = "net");
    /// A router between two of them: it passes on what is sent to an address, and to a group with hops left (each router takes one).
    void connect(Segment &a, Segment &b);

    // ---- time ----

    /// The monotonic clock of the universe. Begins at 1 s.
    Duration now() const noexcept { return Duration(static_cast<std::int64_t>(now_ns())); }
    std::uint64_t now_ns() const noexcept { return now_.load(std::memory_order_relaxed); } // [any-thread]
    /// Nanoseconds since 1970, before a machine's skew. Begins at 2026-01-01T00:00:00Z.
    std::int64_t wall_ns() const noexcept;

    /// Do the next event. False when there is none.
    bool step();
    /// Let so much time pass, whether or not there are events.
    void run_for(Duration span);
    /// Until done() after some event, or the time is over. Returns done().
    bool run_until(const std::function<bool()> &done, Duration bound = std::chrono::hours(1));
    /// For tests whose plugin has a thread of its own: wait, in real time, until something was posted.
    bool await_post(std::chrono::milliseconds bound);

    /// Do something later. For tests; what machines do costs no allocation.
    void in(Duration delay, std::function<void()> what);

    std::uint64_t events_done() const noexcept { return done_; }
    std::size_t events_waiting() const noexcept { return heap_.size() + soon_.size() - soon_at_; }

    // ---- the network's weather: of streams and datagrams; what else befalls datagrams is set on a Segment or an NetworkInterface ----

    /// How long a packet is under way: between these two, by the seed. 0.2 ms to 1 ms at first.
    void delay(Duration least, Duration most);
    /// Are bytes that were written at once cut into random pieces on the way? Yes, at first.
    void split(bool on) noexcept { split_ = on; }
    /// Datagrams arrive at multiples of this time only, as with a card that interrupts rarely: whoever hears many gets them in few
    /// calls, and a large simulation is done sooner. 0, at first: each at its own time.
    void tick(Duration length);
    /// How long the resolver takes.
    void resolver_delay(Duration delay) noexcept { resolver_delay_ = static_cast<std::uint64_t>(delay.count()); }
    /// Bytes that may be under way and unread in one direction of a stream, before a write waits.
    void window(std::size_t bytes) noexcept { window_ = bytes; }

    /// One way only.
    void route(const SimulatedMachine &from, const SimulatedMachine &to, Route route);
    /// Both ways.
    void partition(const SimulatedMachine &a, const SimulatedMachine &b, Route how = Route::silent);
    void heal(const SimulatedMachine &a, const SimulatedMachine &b);
    /// Only machines of the same set hear each other; those that are in none are a set too. Adds to what partition has done.
    void islands(const std::vector<std::vector<const SimulatedMachine *>> &sets);
    /// No islands any more.
    void unite() { islands({}); }
    /// How many datagrams get lost from one to the other: 0 to 1. One way only.
    void loss(const SimulatedMachine &from, const SimulatedMachine &to, double probability);
    /// Break every connection between them, with a reset on both sides.
    void reset_connections(const SimulatedMachine &a, const SimulatedMachine &b);

    // ---- faults ----

    /// The n-th call of a service (a call that can fail, or a completion that would have been good) fails with this status. 0: none.
    void fail_call(std::uint64_t n, std::int32_t status) noexcept;
    /// Calls so far.
    std::uint64_t calls() const noexcept { return calls_; }
    /// Which call was made to fail, such as "call 7, tcp.connect"; empty when none was.
    const std::string &fault() const noexcept { return fault_; }

    // ---- trace ----

    /// Of everything that happened so far.
    std::uint64_t trace_hash() const noexcept { return trace_hash_; }
    /// Keep the trace as text too: one line each of time, machine, what, a, b, and the hash of bytes.
    void keep_trace(bool on) noexcept { keep_trace_ = on; }
    const std::string &trace_text() const noexcept { return trace_text_; }

    // ---- for those who build the world: machines, harnesses, peers ----

    void schedule(std::uint64_t at, Actor &actor, std::uint32_t what, std::uint32_t slot = 0, std::uint64_t id = 0);
    void trace(std::uint32_t machine, const char *what, std::uint64_t a = 0, std::int64_t b = 0, std::string_view bytes = {});
    /// KITH_OK, or the status that this call shall fail with. what: static.
    std::int32_t fault_of(const char *what);
    /// A number that was never given out before; never 0.
    std::uint64_t next_serial() noexcept { return ++serial_; }
    std::uint64_t packet_delay() noexcept { return delay_least_ + random_.below(delay_most_ - delay_least_ + 1); }
    std::uint64_t resolving() const noexcept { return resolver_delay_; }
    std::size_t window() const noexcept { return window_; }
    bool splitting() const noexcept { return split_; }
    Random &random() noexcept { return random_; }
    TcpStack &tcp() noexcept { return *tcp_; }
    UdpStack &udp() noexcept { return *udp_; }
    /// Of streams.
    Route route_of(const SimulatedMachine &from, const SimulatedMachine &to) const noexcept;
    /// False: every datagram may pass between any two machines.
    bool broken_links() const noexcept;
    /// May this datagram pass? Draws from the seed.
    bool passes(std::uint32_t from, std::uint32_t to);
    bool chance(double probability) noexcept {
        return probability > 0 && static_cast<double>(random_.next() >> 11) * 0x1p-53 < probability;
    }
    std::uint64_t ticked(std::uint64_t time) const noexcept { return tick_ == 0 ? time : (time + tick_ - 1) / tick_ * tick_; }
    bool ticking() const noexcept { return tick_ != 0; }
    SimulatedMachine *at(const Address &address) const noexcept;
    /// Null when there is none of that index.
    SimulatedMachine *machine_at(std::uint32_t index) const noexcept;
    /// Addresses of a machine, or a way between machines, have changed.
    void addresses_changed(SimulatedMachine &machine, const std::vector<Address> &before);
    void way_changed(const SimulatedMachine &machine, bool moved);
    /// May a stream to or from that address of a machine go on?
    bool holds(const SimulatedMachine &machine, const Address &address) const noexcept;
    /// False: no such name.
    bool resolve(std::string_view host, std::vector<Address> &out) const;
    /// Something was posted to the machine of that index. [any-thread]
    void posted(std::uint32_t machine);

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
    void dispatch();

    std::atomic<std::uint64_t> now_ = 1'000'000'000; // read by plugins' threads
    std::uint64_t seq_ = 0;
    std::uint64_t serial_ = 0;
    std::uint64_t done_ = 0;
    std::vector<Event> heap_;
    std::vector<Event> soon_; // of this very moment; they come after those of the heap, which were scheduled before
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
