// SPDX-License-Identifier: MIT
//
// A running program of a tenant, until it has ended, which may be after the tenant has closed it. Its output is read only while
// a read is outstanding.
#pragma once

#include "../operation_slot.hpp"
#include "../tenant_resources.hpp"
#include "spawn.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace kith::app {

class ChildProcess : public std::enable_shared_from_this<ChildProcess> {
  public:
    /// share: reference to the tenant's counter of programs, released when the program has ended and is closed.
    ChildProcess(TenantResources &resources, ProcessProgram program, Spawned spawned, std::shared_ptr<int> share);

    void start();
    std::int32_t read(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t write(std::string_view data, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t shutdown();
    std::int32_t wait(std::uint64_t user, std::uint64_t *op);
    /// Sends SIGTERM, and SIGKILL after the grace period.
    void end();
    void close();
    /// Whether the program has ended; for the end of the world.
    bool gone() noexcept { return !group_.there() || group_.gather(how_); }
    std::chrono::steady_clock::time_point patience() const noexcept { return patience_.expiry(); }
    void kill() noexcept;

  private:
    using Pipe = boost::asio::posix::stream_descriptor;

    void await_read();
    void can_read();
    void end_read(std::int32_t status, std::string_view text);
    void await_write();
    bool push();
    void end_write(std::int32_t status, std::string_view text);
    void drain();
    bool take_errors();
    void await_end();
    void ended();
    void report_end(std::uint64_t user, std::uint64_t op);
    std::string late(const char *what) const;

    std::shared_ptr<TenantResources> resources_;
    const ProcessProgram program_;
    ProcessGroup group_;
    Pipe end_, input_, output_, errors_;
    OperationSlot reading_, writing_, waiting_;
    boost::asio::steady_timer patience_, pause_; // patience: the timeout, then the grace period
    std::shared_ptr<int> share_;
    ProcessGroup::End how_;
    ProcessErrors said_;
    std::uint64_t taken_ = 0; // bytes read of its output
    std::uint32_t max_ = 0;   // limit of the read
    std::string out_;         // data of the write
    std::size_t written_ = 0; // of out_
    std::int32_t status_ = 0; // how it was ended: OK, TIMED_OUT, LIMIT
    bool ending_ = false, closed_ = false, deaf_ = false;
};

/// Ends all programs at the end of the world: they get SIGTERM and 2 s, or the rest of their grace period, and are killed then.
void end_children(const std::unordered_set<std::shared_ptr<ChildProcess>> &children) noexcept;

} // namespace kith::app
