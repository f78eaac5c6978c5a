// SPDX-License-Identifier: MIT
//
// One helper with the instances in it: has it begun by a thread, reads and writes its socket, watches its end, and reports that to each
// instance.
#pragma once

#include "child_link.hpp"
#include "hello.hpp"
#include "helper_process.hpp"
#include "last_words.hpp"
#include "lasting_thread.hpp"
#include "refused_calls.hpp"
#include "sandbox/profile.hpp"

#include <core/engine/plugin_instance.hpp>
#include <sdk/messages/instance_proxy.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::isolation {

class IsolatedProcess final : public std::enable_shared_from_this<IsolatedProcess>, private messages::MessageSink {
  public:
    struct Settings {
        std::string program; ///< path of kith-plugin-host
        std::uint64_t memory = 0;
        Time answer = 0;
        Profile profile = Profile::standard;
    };
    using Result = boost::system::result<std::shared_ptr<IsolatedProcess>, std::string>;

    /// Has a process begun with this library, which was sealed. thread: begins it, and outlives it. What is sent meanwhile waits. The error
    /// states what failed at once; what fails later is reported to each instance.
    static Result start(boost::asio::io_context &io, LastingThread &thread, const core::Library &library,
                        const Settings &settings);

    IsolatedProcess(boost::asio::io_context &io, LastingThread &thread, const Settings &settings);
    ~IsolatedProcess();
    IsolatedProcess(const IsolatedProcess &) = delete;
    IsolatedProcess &operator=(const IsolatedProcess &) = delete;

    /// Makes an instance in the process. instance and host live until it is destroyed.
    const kith_instance *add(core::PluginInstance &instance, const kith_host &host);

    /// Whether more instances may be added: it runs or is being begun, and has one.
    bool usable() const noexcept { return !closing_ && !ended_; }
    /// It has ended, and core has destroyed all its instances: it may be deleted.
    bool finished() const noexcept { return ended_ && tenants_.empty() && !beginning_; }

  private:
    class Tenant;
    using Descriptor = boost::asio::posix::stream_descriptor;

    void begun(HelperProcess::Result result);
    void follow(HelperProcess helper);
    void discard(HelperProcess helper);
    bool send(std::string_view message) override;
    void flush();
    void await_socket();
    void await_words();
    void await_end();
    void arm();
    void at_deadline();
    /// Ends it for this reason after `bound`, unless it has ended before.
    void at_most(std::chrono::nanoseconds bound, std::string reason);
    /// Reads once. False: nothing is there now, or ever.
    bool read(bool &full);
    void connection_closed();
    void take(std::string_view message);
    void read_words();
    void report_refused_call(std::string_view call);
    /// Ends it for this reason.
    void end(std::string reason);
    void process_ended();
    /// No process is there, and none will be.
    void over(const core::Failure &failure);
    void remove(const Tenant &tenant);
    void close();
    void leave();

    boost::asio::io_context &io_;
    LastingThread &thread_;
    std::optional<HelperProcess> helper_; // nothing: it is being begun, could not be, or has ended
    const Settings settings_;
    ChildLink link_;
    Descriptor socket_, words_, end_;
    boost::asio::steady_timer timer_;
    LastWords said_;
    RefusedCalls refused_calls_;
    std::vector<std::unique_ptr<Tenant>> tenants_;
    std::uint32_t last_number_ = no_instance;
    std::string reason_;       // why kith has ended it; empty: it has not
    std::string refusal_;      // of the library
    Time armed_ = core::never; // for which deadline the timer waits
    bool beginning_ = true, flush_posted_ = false, writing_ = false, closing_ = false, ended_ = false;
};

} // namespace kith::isolation
