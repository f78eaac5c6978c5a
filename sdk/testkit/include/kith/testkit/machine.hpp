// SPDX-License-Identifier: MIT
//
// One machine of a simulated universe, and the world of the instances that run on it: services clock, timer, random, loop, tcp,
// file, env, state.
#pragma once

#include <kith/hosting/world.hpp>
#include <kith/testkit/address.hpp>
#include <kith/testkit/sim_net.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// Hears of each call from one tenant into this world: what (static, such as "tcp.connect") and whether it may be made only after
/// start. For rigs that check the rules of time and thread.
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

class Machine final : public World {
  public:
    using Duration = SimNet::Duration;

    Machine(SimNet &net, std::string_view name, std::vector<Address> addresses, std::uint32_t index);
    ~Machine() override;

    SimNet &net() const noexcept { return net_; }
    const std::string &name() const noexcept { return name_; }
    std::uint32_t index() const noexcept { return index_; }
    const std::vector<Address> &addresses() const noexcept { return addresses_; }

    // ---- files: a missing directory is made; a file's version is new with each change ----

    void file(std::string_view path, std::string_view bytes, FileTraits traits = {});
    void directory(std::string_view path);
    void remove(std::string_view path);
    std::optional<std::string> file(std::string_view path) const;
    /// Every operation on this path fails so from now on; KITH_OK: no more.
    void fail_path(std::string_view path, std::int32_t status);
    /// The user that the daemon runs as; 1000 at first. 0 may read everything.
    void user(std::uint32_t id);

    // ---- environment and state ----

    void env(std::string_view name, std::string_view value);
    void unset_env(std::string_view name);
    /// Without a state_dir, kith.state/1 says KITH_UNSUPPORTED. There is one at first.
    void state_dir(bool there);
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
    /// No more streams or listeners than so many: KITH_LIMIT. 65,536 at first.
    void descriptors(std::size_t limit);

    // ---- what is open ----

    std::size_t open_streams() const noexcept;
    std::size_t open_listeners() const noexcept;

    // ---- for rigs ----

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

    class Body;
    Body &body() noexcept { return *body_; }

  private:
    SimNet &net_;
    std::string name_;
    std::uint32_t index_;
    std::vector<Address> addresses_;
    bool vanished_ = false;
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
