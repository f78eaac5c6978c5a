// SPDX-License-Identifier: MIT
//
// How a program is begun, on a thread: the file it is in may hang.
#pragma once

#include <kith/hosting/process_program.hpp>

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <utility>

namespace kith::app {

/// A descriptor that closes.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor &&other) noexcept : fd_(other.release()) {}
    Descriptor &operator=(Descriptor &&other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();

    int get() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

/// A process group that we began, and its leader. Killed, and waited for, when it is destroyed.
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
    /// To all of it.
    void signal(int number) const noexcept;
    /// Has the leader ended? Then the rest of the group is killed, and it is gone.
    bool gather(End &end) noexcept;

  private:
    // Until it has been waited for, nobody else gets the leader's number, nor that of its group.
    pid_t leader_ = 0;
};

struct Spawned {
    std::int32_t status = KITH_INTERNAL;
    std::string text;         ///< explains a failure
    ProcessGroup group;       //
    Descriptor ended;         ///< is readable when the leader has ended
    Descriptor input, output; ///< our ends, when they were asked for; neither blocks
    Descriptor errors;        ///< the same, always
};

/// environment: of the daemon, what goes to every program.
Spawned spawn(const ProcessProgram &program, const std::vector<std::string> &environment);

} // namespace kith::app
