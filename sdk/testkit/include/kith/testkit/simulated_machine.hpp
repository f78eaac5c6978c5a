// SPDX-License-Identifier: MIT
//
// One machine of a simulated universe, and the world of the instances that run on it: services clock, timer, random, loop, tcp,
// udp, http, file, env, state, process, tls.
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

/// Hears of each call from one tenant into this world: what (static, such as "tcp.connect") and whether it may be made only after
/// start. For harnesses that check the rules of time and thread.
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
    /// Of all interfaces that are there, but the loopback.
    const std::vector<Address> &addresses() const noexcept { return addresses_; }

    // ---- interfaces: kith/testkit/interface.hpp ----

    /// Throws std::invalid_argument when it never had one of that name.
    NetworkInterface &interface(std::string_view name = "eth0") const;
    /// Another one, on a segment.
    NetworkInterface &plug(std::string_view name, Segment &segment, std::initializer_list<std::string_view> addresses);
    NetworkInterface &plug(std::string_view name, Segment &segment, std::vector<Subnet> addresses);
    /// It has lost its routes: it still reaches its own segments' machines, but neither others nor, without naming an
    /// interface, a group or the limited broadcast address. Concerns datagrams only.
    void no_route(bool lost);
    bool routed() const noexcept { return routed_; }

    // ---- files: a missing directory is made; a file's version is new with each change ----

    void file(std::string_view path, std::string_view bytes, FileTraits traits = {});
    void directory(std::string_view path);
    void remove(std::string_view path);
    std::optional<std::string> file(std::string_view path) const;
    /// Every operation on this path fails so from now on; KITH_OK: no more.
    void fail_path(std::string_view path, std::int32_t status);
    /// The user that the daemon runs as; 1000 at first. 0 may read everything.
    void user(std::uint32_t id);

    // ---- programs: kith/testkit/program.hpp ----

    /// What is run under that path from now on. One that it has not: KITH_NOT_FOUND; fail_path(path, KITH_DENIED): not executable.
    void program(std::string_view path, Program program);
    void program(std::string_view path, ProgramHandler handler);
    void remove_program(std::string_view path);
    /// All runs so far, in the order they began.
    const std::deque<ProgramRun> &runs() const;

    // ---- environment and state ----

    void env(std::string_view name, std::string_view value);
    void unset_env(std::string_view name);
    /// Without a state_dir, kith.state/1 says KITH_UNSUPPORTED. There is one at first.
    void state_dir(bool there);
    /// Each load and save of state fails so from now on; KITH_OK: no more.
    void fail_state(std::int32_t status);
    /// What the instance of that name has saved.
    std::optional<std::string> state(std::string_view instance) const;
    void state(std::string_view instance, std::string_view bytes);

    // ---- clocks ----

    /// How far its clocks are from the universe's. Not told to plugins; set it before they start.
    void skew(Duration wall, Duration monotonic = Duration(0));
    /// Somebody sets the wall clock.
    void jump_wall(Duration by);

    // ---- bad days ----

    /// Power off: it says nothing any more, its streams are gone without a word, and packets to it vanish.
    void vanish();
    /// It is there again, with nothing of what it had open.
    void come_back();
    bool vanished() const noexcept { return vanished_; }
    /// No more streams, listeners and sockets than so many: KITH_LIMIT. 65,536 at first.
    void descriptors(std::size_t limit);
    /// No socket joins more groups than so many: KITH_LIMIT. KITH_UDP_MAX_GROUPS at first.
    void groups(std::size_t limit);
    /// Bytes that a socket holds for who asks for none, and at most. A datagram costs 256 more than it has. 212,992 and 4 MiB at first.
    void receive_buffers(std::uint32_t usual, std::uint32_t most);

    // ---- what is open ----

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
    std::size_t outstanding(const kith_host &host) const noexcept override;
    std::uint64_t next_id() noexcept override;

    // ---- for those who build the world ----

    class Body;
    Body &body() noexcept { return *body_; }
    const std::vector<std::unique_ptr<NetworkInterface>> &interfaces() const noexcept { return interfaces_; }
    /// Null when no interface has it now.
    NetworkInterface *interface_of(const Address &address) const noexcept;
    /// Is there a way from a usable interface to one of that machine?
    bool reaches(const SimulatedMachine &other) const noexcept;
    /// Is any interface but the loopback usable?
    bool on_line() const noexcept;
    bool only_plugged_into(const Segment &segment) const noexcept;
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
