// SPDX-License-Identifier: MIT
//
// One plugin instance on a simulated machine, with everything around it that a daemon would give it; and a record of what it says.
// The harness watches the rules of the ABI while it does so: whatever breaks one is in violations().
#pragma once

#include <kith/plugin.h>
#include <kith/service/sink.h>
#include <kith/testkit/recorded_calls.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

/// Who the instance is.
struct Identity {
    std::string topology = "test";
    std::string source = "source";
    std::string instance = "test/source";
};

class PluginHarness {
  public:
    using Duration = SimNet::Duration;

    /// A plugin that is linked statically. id: empty for the only one in it. options: JSON; top-level defaults of the plugin's
    /// schema are filled in. Throws std::invalid_argument when there is no such plugin, or when the options are no JSON.
    PluginHarness(SimulatedMachine &machine, const kith_entry &entry, std::string_view id = {}, std::string_view options = "{}",
                  Identity identity = {});
    /// A plugin's library, loaded by dlopen. Throws std::runtime_error with the loader's text.
    PluginHarness(SimulatedMachine &machine, const char *library, std::string_view id = {}, std::string_view options = "{}",
                  Identity identity = {});
    /// Stops it, when it runs, and destroys it.
    ~PluginHarness();
    PluginHarness(const PluginHarness &) = delete;
    PluginHarness &operator=(const PluginHarness &) = delete;

    // ---- life ----

    /// create and start. The status; error() has the text of a failing one.
    std::int32_t start();
    /// Ask it to stop, and let time pass until it has said so; false when it did not within 5 s, which is a violation too.
    bool stop();
    /// The same in two steps, for tests that look between them.
    void ask_stop();
    bool stopped() const noexcept;
    bool running() const noexcept;
    /// Only when stopped. Afterwards it may be started anew.
    void destroy();
    /// It has said `failed`: the status and text.
    bool failed() const noexcept;
    std::int32_t failed_status() const noexcept;
    const std::string &error() const noexcept;

    // ---- time ----

    void run_for(Duration span) { machine().net().run_for(span); }
    bool run_until(const std::function<bool()> &done, Duration bound = std::chrono::minutes(1)) {
        return machine().net().run_until(done, bound);
    }
    SimulatedMachine &machine() const noexcept;

    // ---- what it says ----

    /// Rules that it broke, in words: empty in a good test.
    const std::vector<std::string> &violations() const noexcept;
    const std::vector<RecordedLine> &log() const noexcept;
    bool logged(std::string_view part) const noexcept;
    const std::vector<RecordedMetric> &metrics() const noexcept;
    /// Operations of the world that have not completed.
    std::size_t outstanding() const noexcept;

    // ---- a strategy ----

    const std::vector<Observation> &observations() const noexcept;
    /// Its peers as its replaces and updates have left them.
    const std::vector<RecordedPeer> &peers() const noexcept;
    /// As a topology's policy.max_peers: a replace or update that would make more is refused with KITH_LIMIT, and is no observation.
    void max_peers(std::size_t most);
    /// Let time pass until it has replaced, updated or failed once more.
    bool await_observation(Duration bound = std::chrono::minutes(1));
    /// discovery.refresh or connector.refresh.
    void refresh();
    /// The local node's name; empty: unknown.
    void node(std::string_view name);

    // ---- a connector ----

    /// Ask it. 0 when it refused at once; then error() and refused() tell why.
    std::uint64_t connect(const RecordedPeer &peer);
    std::uint64_t disconnect(const RecordedPeer &peer);
    std::int32_t refused() const noexcept;
    void cancel(std::uint64_t op);
    /// Let time pass until it is done with this: its report, or null when it was not in time.
    const Report *await_done(std::uint64_t op, Duration bound = std::chrono::minutes(1));
    const std::vector<Report> &reports() const noexcept;
    bool attached() const noexcept;
    const std::string &attached_node() const noexcept;
    std::uint64_t epoch() const noexcept;
    /// Names, as the links, link_up and link_down of this epoch have left them, sorted.
    const std::vector<std::string> &links() const noexcept;

    // ---- a sink ----

    /// Put it into the sink's queue; it comes when the batch before is taken, if the sink asked for its kind.
    void event(std::uint32_t kind, std::string_view json, std::string_view peer = {});
    std::uint64_t mask() const noexcept;
    std::size_t events_waiting() const noexcept;

    class Body;

  private:
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
