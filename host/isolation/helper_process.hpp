// SPDX-License-Identifier: MIT
//
// The process of a helper: begun by posix_spawn, watched and ended by its pidfd alone.
#pragma once

#include "call_trace.hpp"

#include <core/abort_on_failed_result.hpp>
#include <core/file_descriptor.hpp>

#include <boost/system/result.hpp>

#include <exception>
#include <string>
#include <utility>

namespace kith::isolation {

/// The error for a helper that could not be started: the reason, and what to do where that is known.
std::string cannot_start(const std::string &program, const std::exception &why);

class HelperProcess {
  public:
    using Result = boost::system::result<HelperProcess, std::string>;

    /// program: kith-plugin-host. library: the sealed copy. name: of the file, for lists of processes. The error states what failed. Blocks
    /// until the program runs, which takes 10 ms and more on a busy machine. The process ends when the thread that calls this ends.
    static Result start(const std::string &program, int library, const std::string &name);

    HelperProcess(HelperProcess &&) = default;
    HelperProcess &operator=(HelperProcess &&) = delete;
    /// Kills it, and waits for its end.
    ~HelperProcess();

    core::Fd &socket() noexcept { return socket_; }        ///< non-blocking
    core::Fd &words() noexcept { return words_; }          ///< its standard error; non-blocking
    int ended_fd() const noexcept { return pidfd_.get(); } ///< readable when it has ended
    void kill() noexcept;
    /// How it has ended, such as "killed by signal 11 (Segmentation fault)"; empty: it has not.
    std::string gather();
    /// The call that was under way.
    std::string last_call() const;

  private:
    HelperProcess() = default;
    struct Unmap {
        CallTrace *page = nullptr;
        Unmap() = default;
        Unmap(Unmap &&other) noexcept : page(std::exchange(other.page, nullptr)) {}
        Unmap &operator=(Unmap &&other) noexcept {
            std::swap(page, other.page);
            return *this;
        }
        ~Unmap();
    };
    core::Fd pidfd_, socket_, words_;
    Unmap trace_;
    bool gathered_ = false;
};

} // namespace kith::isolation
