// SPDX-License-Identifier: MIT
//
// The two worlds under one roof, so that each promise is tested once and holds in both: RealWorld, with the operating system behind it, and
// SimulatedWorld, where plugins are rehearsed.
#pragma once

#include <tests/temporary_directory.hpp>

#include <host/world/asio_world.hpp>
#include <kith/testkit/sim_net.hpp>
#include <kith/testkit/simulated_machine.hpp>
#include <sdk/testkit/test/test_tenant.hpp>

#include <boost/mp11/list.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace kith::test {

constexpr std::uint64_t ms = 1'000'000;

/// What both have: waiting for completions.
template <class Derived>
class Waiting {
  public:
    Completion await(TestTenant &tenant, std::uint64_t op) {
        BOOST_REQUIRE_MESSAGE(op != 0, "refused: " << tenant.refused << ' ' << tenant.error);
        BOOST_REQUIRE_MESSAGE(derived().until([&] { return tenant.of(op) != nullptr; }),
                              "operation " << op << " does not complete");
        return *tenant.of(op);
    }
    std::string read_all(TestTenant &tenant, std::uint64_t stream, std::size_t count) {
        std::string out;
        while (out.size() < count) {
            const Completion now = await(tenant, tenant.read(stream));
            BOOST_REQUIRE_MESSAGE(now.status == KITH_OK, now.text);
            out += now.data;
        }
        return out;
    }
    // Time for anything to happen that should not.
    void settle() {
        bool over = false;
        TestTenant clock(derived().world(), "settle");
        clock.timer(20 * ms);
        over = derived().until([&] { return !clock.done.empty(); });
        BOOST_TEST(over);
    }

  private:
    Derived &derived() { return static_cast<Derived &>(*this); }
};

class RealWorld : public Waiting<RealWorld> {
  public:
    RealWorld() { world_.emplace(io, app::WorldOptions{.state_dir = (scratch_ / "state").string()}); }
    ~RealWorld() { world_.reset(); }
    World &world() { return *world_; }
    void end_world() { world_.reset(); }
    void without_state_dir() { world_.emplace(io, app::WorldOptions{}); }
    /// The same, with this function for warnings.
    void with_warnings(std::function<void(std::string_view, const std::string &)> warn) {
        world_.emplace(io, app::WorldOptions{.state_dir = {}, .warn = std::move(warn)});
    }
    /// Everything that was in the world is gone.
    void resolv_conf(std::string path) {
        world_.emplace(io, app::WorldOptions{.state_dir = {}, .resolv_conf = std::move(path)});
    }
    bool until(const std::function<bool()> &done) {
        const auto bound = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!done()) {
            if (io.stopped()) io.restart();
            if (io.run_one_until(bound) == 0 && std::chrono::steady_clock::now() >= bound) return done();
        }
        return true;
    }

    std::string path(std::string_view name) const { return (scratch_ / name).string(); }
    void put(std::string_view name, std::string_view bytes) {
        // As editors and Kubernetes do: beside it, then over it.
        const std::filesystem::path to = path(name), beside = path(name) + ".new";
        std::ofstream(beside) << bytes;
        std::filesystem::rename(beside, to);
    }
    void make_directory(std::string_view name) { std::filesystem::create_directory(path(name)); }
    void remove(std::string_view name) { std::filesystem::remove(path(name)); }
    void set_env(const char *name, const char *value) { ::setenv(name, value, 1); }

    boost::asio::io_context io{1};

  private:
    TemporaryDirectory scratch_;
    std::optional<app::AsioWorld> world_;
};

class SimulatedWorld : public Waiting<SimulatedWorld> {
  public:
    SimulatedWorld() { machine.directory("/scratch"); }
    World &world() { return machine; }
    void without_state_dir() { machine.state_dir(false); }
    bool until(const std::function<bool()> &done) {
        // A post of a thread comes at any time; so this world waits for it in real time, when nothing else is left.
        for (int i = 0; i < 1000; ++i) {
            if (net.run_until(done, std::chrono::seconds(15))) return true;
            if (!net.await_post(std::chrono::milliseconds(10))) return done();
        }
        return done();
    }

    std::string path(std::string_view name) const { return "/scratch/" + std::string(name); }
    void put(std::string_view name, std::string_view bytes) { machine.file(path(name), bytes, {0644, 1000, 1000}); }
    void make_directory(std::string_view name) { machine.directory(path(name)); }
    void remove(std::string_view name) { machine.remove(path(name)); }
    void set_env(const char *name, const char *value) { machine.env(name, value); }

    testkit::SimNet net{5};
    testkit::SimulatedMachine &machine = net.machine("here", {"127.0.0.1"});
};

using Fixtures = boost::mp11::mp_list<RealWorld, SimulatedWorld>;

} // namespace kith::test
