// SPDX-License-Identifier: MIT
//
// Runs one plugin instance on a simulated machine, provides the services of the daemon, and records the plugin's calls. The
// harness checks the rules of the ABI; violations() lists the rules that were broken.
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

/// The names of the instance.
struct Identity {
    std::string topology = "test";
    std::string source = "source";
    std::string instance = "test/source";
};

class PluginHarness {
  public:
    using Duration = SimNet::Duration;

    /// For a plugin that is linked statically. id: empty when the library contains one plugin. options: JSON; top-level
    /// defaults of the plugin's schema are filled in. Throws std::invalid_argument when there is no such plugin, or when the
    /// options are not JSON.
    PluginHarness(SimulatedMachine &machine, const kith_entry &entry, std::string_view id = {}, std::string_view options = "{}",
                  Identity identity = {});
    /// For a plugin's library, which is loaded by dlopen. Throws std::runtime_error with the text of the loader.
    PluginHarness(SimulatedMachine &machine, const char *library, std::string_view id = {}, std::string_view options = "{}",
                  Identity identity = {});
    /// Stops the instance if it runs, and destroys it.
    ~PluginHarness();
    PluginHarness(const PluginHarness &) = delete;
    PluginHarness &operator=(const PluginHarness &) = delete;

    // ---- start and stop ----

    /// Calls create and start. Returns the status; error() is the text of a failure.
    std::int32_t start();
    /// Stops the instance and lets time pass until it has reported `stopped`. Returns false after 5 s, which is also a
    /// violation.
    bool stop();
    /// The same in two steps, for tests with checks between them.
    void ask_stop();
    bool stopped() const noexcept;
    bool running() const noexcept;
    /// Only when stopped. Afterwards the instance may be started again.
    void destroy();
    /// Whether the plugin has reported `failed`, with its status and text.
    bool failed() const noexcept;
    std::int32_t failed_status() const noexcept;
    const std::string &error() const noexcept;

    // ---- time ----

    void run_for(Duration span) { machine().net().run_for(span); }
    bool run_until(const std::function<bool()> &done, Duration bound = std::chrono::minutes(1)) {
        return machine().net().run_until(done, bound);
    }
    SimulatedMachine &machine() const noexcept;

    // ---- recorded calls ----

    /// The rules that the plugin has broken, as text; empty in a good test.
    const std::vector<std::string> &violations() const noexcept;
    const std::vector<RecordedLine> &log() const noexcept;
    bool logged(std::string_view part) const noexcept;
    /// Whether a line of the log has this text in its field `reason`.
    bool logged_reason(std::string_view part) const noexcept;
    /// The number of lines of the log that are warnings or errors.
    std::size_t warnings() const noexcept;
    const std::vector<RecordedMetric> &metrics() const noexcept;
    /// The number of operations that have not completed.
    std::size_t outstanding() const noexcept;

    // ---- strategies ----

    const std::vector<Observation> &observations() const noexcept;
    /// The peers that result from its replaces and updates.
    const std::vector<RecordedPeer> &peers() const noexcept;
    /// Sets policy.max_peers of the topology: a replace or update that exceeds it is refused with KITH_LIMIT and is not
    /// recorded as an observation.
    void max_peers(std::size_t most);
    /// Lets time pass until the next replace, update or failed.
    bool await_observation(Duration bound = std::chrono::minutes(1));
    /// Calls discovery.refresh or connector.refresh.
    void refresh();
    /// Sets the local node's name; empty: unknown.
    void node(std::string_view name);

    // ---- connectors ----

    /// Requests an operation. Returns 0 when the plugin refuses it at once; then error() and refused() contain the reason.
    std::uint64_t connect(const RecordedPeer &peer);
    std::uint64_t disconnect(const RecordedPeer &peer);
    std::int32_t refused() const noexcept;
    void cancel(std::uint64_t op);
    /// Lets time pass until the operation is done. Returns its report, or null after `bound`.
    const Report *await_done(std::uint64_t op, Duration bound = std::chrono::minutes(1));
    const std::vector<Report> &reports() const noexcept;
    bool attached() const noexcept;
    const std::string &attached_node() const noexcept;
    std::uint64_t epoch() const noexcept;
    /// The names that result from links, link_up and link_down of this epoch, sorted.
    const std::vector<std::string> &links() const noexcept;

    // ---- connectors that carry messages (kith.messages/1) ----

    /// Sends a message; an empty peer is a broadcast. Returns 0 when the plugin refuses it at once; then error() and refused() contain
    /// the reason.
    std::uint64_t send(std::string_view peer, std::string_view channel, std::string_view data);
    /// Has the connector leave its distribution; as send.
    std::uint64_t leave();
    void cancel_send(std::uint64_t op);
    /// Lets time pass until the message is done. Returns null after `bound`.
    const RecordedSend *await_sent(std::uint64_t op, Duration bound = std::chrono::minutes(1));
    /// Sets the channels that applications listen on; an empty name stands for all.
    void listen(const std::vector<std::string> &channels);
    const std::vector<RecordedSend> &sent() const noexcept;
    const std::vector<RecordedMessage> &arrived() const noexcept;
    const std::vector<RecordedLostMessages> &lost_messages() const noexcept;

    // ---- sinks ----

    /// Adds an event to the sink's queue. It is delivered after the previous batch was taken, if the sink has subscribed to its
    /// kind.
    void event(std::uint32_t kind, std::string_view json, std::string_view peer = {});
    std::uint64_t mask() const noexcept;
    std::size_t events_waiting() const noexcept;
    /// Sets the members of a topology for kith.members/1. incomplete: the reason why a source has not reported yet; empty: all
    /// have. No topology exists before.
    void members(std::string_view topology, std::vector<RecordedPeer> members, std::string_view incomplete = {});
    void remove_topology(std::string_view topology);
    /// The calls of members.left_out.
    const std::vector<RecordedLeftOut> &left_out() const noexcept;

    class Body;

  private:
    std::unique_ptr<Body> body_;
};

} // namespace kith::testkit
