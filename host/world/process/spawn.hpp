// SPDX-License-Identifier: MIT
//
// Starts a program by posix_spawn. Runs on a worker thread, because the file of the program may block.
#pragma once

#include <core/file_descriptor.hpp>
#include <kith/hosting/process_program.hpp>

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <utility>

namespace kith::app {

/// A process group that was started here. The destructor kills it and waits for its leader.
class ProcessGroup {
  public:
    struct End {
        std::uint32_t code = 0, signal = 0;
    };

    ProcessGroup() = default;
    explicit ProcessGroup(pid_t leader) noexcept : leader_(leader) {}
    ProcessGroup(ProcessGroup &&other) noexcept : leader_(std::exchange(other.leader_, 0)) {}
    ProcessGroup &operator=(ProcessGroup &&other) noexcept {
        std::swap(leader_, other.leader_);
        return *this;
    }
    ~ProcessGroup();

    bool there() const noexcept { return leader_ != 0; }
    /// Sends a signal to the whole group.
    void signal(int number) const noexcept;
    /// Returns whether the leader has ended; then kills the rest of the group.
    bool gather(End &end) noexcept;

  private:
    // The ids of the leader and of the group are not reused before it has been waited for.
    pid_t leader_ = 0;
};

struct Spawned {
    std::int32_t status = KITH_INTERNAL;
    std::string text;       ///< explanation of a failure
    ProcessGroup group;     //
    core::Fd ended;         ///< readable when the leader has ended
    core::Fd input, output; ///< our ends of the pipes, when requested; non-blocking
    core::Fd errors;        ///< the same, always present
};

/// environment: the variables of the daemon that every program gets.
Spawned spawn(const ProcessProgram &program, const std::vector<std::string> &environment);

} // namespace kith::app
