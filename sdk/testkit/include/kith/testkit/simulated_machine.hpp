// SPDX-License-Identifier: MIT
//
// One machine of a simulation. It is the World of the instances that run on it and offers the services clock, timer, random,
// loop, tcp, udp, http, file, env, state, process, dns, tls.
#pragma once

#include <kith/hosting/world.hpp>
#include <kith/testkit/address.hpp>
#include <kith/testkit/network_interface.hpp>
#include <kith/testkit/program.hpp>
#include <kith/testkit/sim_net.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// Is called for each call of one tenant into this world. what: a static string such as "tcp.connect". only_started: the call
/// is allowed only after start. For harnesses that check the rules about time and threads.
class CallMonitor {
  public:
    virtual void on_call(const char *what, bool only_started) noexcept = 0;

  protected:
    ~CallMonitor() = default;
};

struct FileTraits {
    std::uint32_t mode = 0644;
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
};

class SimulatedMachine final : public World {
  public:
    using Duration = SimNet::Duration;

    SimulatedMachine(SimNet &net, std::string_view name, std::uint32_t index);
    ~SimulatedMachine() override;

    SimNet &net() const noexcept { return net_; }
    const std::string &name() const noexcept { return name_; }
    std::uint32_t index() const noexcept { return index_; }
    /// The addresses of all present interfaces except the loopback.
    const std::vector<Address> &addresses() const noexcept { return addresses_; }

    // ---- interfaces: kith/testkit/network_interface.hpp ----

    /// Throws std::invalid_argument when there was never an interface of that name.
    NetworkInterface &interface(std::string_view name = "eth0") const;
    /// Adds an interface on a segment.
    NetworkInterface &plug(std::string_view name, NetworkSegment &segment, std::initializer_list<std::string_view> addresses);
    NetworkInterface &plug(std::string_view name, NetworkSegment &segment, std::vector<Subnet> addresses);
    /// true: the machine loses its routes. It still reaches machines on its own segments, but no others, and a group or the
    /// limited broadcast address only by a named interface. Applies to datagrams only.
    void no_route(bool lost);
    bool routed() const noexcept { return routed_; }

    // ---- files: missing directories are created; each change gives a file a new version ----

    void file(std::string_view path, std::string_view bytes, FileTraits traits = {});
    void directory(std::string_view path);
    void remove(std::string_view path);
    std::optional<std::string> file(std::string_view path) const;
    /// Every operation on this path fails with this status from now on; KITH_OK ends the fault.
    void fail_path(std::string_view path, std::int32_t status);
    /// The user id of the daemon; 1000 initially. 0 may read everything.
    void user(std::uint32_t id);

    // ---- programs: kith/testkit/program.hpp ----

    /// Sets the program at that path. A path without a program gives KITH_NOT_FOUND; fail_path(path, KITH_DENIED) makes it not
    /// executable.
    void program(std::string_view path, Program program);
    void program(std::string_view path, ProgramHandler handler);
    void remove_program(std::string_view path);
    /// All runs so far, in the order of their start.
    const std::deque<ProgramRun> &runs() const;

    // ---- environment and state ----

    void env(std::string_view name, std::string_view value);
    void unset_env(std::string_view name);
    /// false: kith.state/1 returns KITH_UNSUPPORTED. Initially there is a state_dir.
    void state_dir(bool there);
    /// Each load and save of state fails with this status from now on; KITH_OK ends the fault.
    void fail_state(std::int32_t status);
    /// The saved state of the instance of that name.
    std::optional<std::string> state(std::string_view instance) const;
    void state(std::string_view instance, std::string_view bytes);

    // ---- clocks ----

    /// Sets the offset of its clocks from those of the simulation. It is not reported to plugins; set it before they start.
    void skew(Duration wall, Duration monotonic = Duration(0));
    /// Changes the wall clock, which is reported to plugins.
    void jump_wall(Duration by);

    // ---- faults ----

    /// Power off: the machine sends nothing more, its streams disappear without an end or a reset, and packets to it are lost.
    void vanish();
    /// Power on: the machine is present again, without open streams, listeners and sockets.
    void come_back();
    bool vanished() const noexcept { return vanished_; }
    /// Limits the number of streams, listeners and sockets: KITH_LIMIT. 65,536 initially.
    void descriptors(std::size_t limit);
    /// Limits the groups of each socket: KITH_LIMIT. KITH_UDP_MAX_GROUPS initially.
    void groups(std::size_t limit);
    /// Sets the default and the maximum size of receive buffers in bytes. A datagram uses 256 bytes more than its size. 212,992
    /// and 4 MiB initially.
    void receive_buffers(std::uint32_t usual, std::uint32_t most);

    // ---- open streams, listeners and sockets ----

    std::size_t open_streams() const noexcept;
    std::size_t open_listeners() const noexcept;
    std::size_t open_sockets() const noexcept; ///< of kith.udp/1

    // ---- for harnesses ----

    void monitor(const kith_host &host, CallMonitor *monitor);

    // ---- World ----

    const void *service(std::string_view id) const noexcept override;
    void open(kith_host &host, Tenant &tenant) override;
    void close(kith_host &host) noexcept override;
    std::int32_t cancel(const kith_host &host, std::uint64_t op) noexcept override;
    void cancel_all(const kith_host &host) noexcept override;
    void silence(const kith_host &host) noexcept override;
    void save_held(const kith_host &host) noexcept override;
    std::size_t outstanding(const kith_host &host) const noexcept override;
    std::uint64_t next_id() noexcept override;

    // ---- for the implementation of the simulation ----

    class Body;
    Body &body() noexcept { return *body_; }
    const std::vector<std::unique_ptr<NetworkInterface>> &interfaces() const noexcept { return interfaces_; }
    /// The interface with this address; null when there is none.
    NetworkInterface *interface_of(const Address &address) const noexcept;
    /// Whether there is a route from a usable interface to one of that machine.
    bool reaches(const SimulatedMachine &other) const noexcept;
    /// Whether any interface except the loopback is usable.
    bool on_line() const noexcept;
    bool only_plugged_into(const NetworkSegment &segment) const noexcept;
    /// One of its interfaces has changed.
    void interfaces_changed();

  private:
    SimNet &net_;
    std::string name_;
    std::uint32_t index_;
    std::vector<Address> addresses_;
    std::vector<std::unique_ptr<NetworkInterface>> interfaces_; // in the order of their numbers
    bool vanished_ = false, routed_ = true;
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
