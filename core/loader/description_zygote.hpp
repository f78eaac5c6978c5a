// SPDX-License-Identifier: MIT
//
// Describes a library whose description cannot be read from its bytes: a child process loads it, reads the description in memory, and ends.
// If the library's code throws, crashes, exits or hangs, only that child ends.
//
// The children are forked from the zygote, a small process that is forked from this one at the first request. That happens while plugins
// are read, before this process has threads or any code of a plugin. The zygote ends with the Zygote object, or with this process.
#pragma once

#include "core/file_descriptor.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace kith::core {

class Zygote {
  public:
    /// before_fork: called before the zygote is forked; empty: nothing. bound: the time limit for each library.
    explicit Zygote(std::function<void()> before_fork = {}, std::chrono::milliseconds bound = std::chrono::seconds(5))
        : before_fork_(std::move(before_fork)), bound_(bound) {}
    ~Zygote();
    Zygote(const Zygote &) = delete;
    Zygote &operator=(const Zygote &) = delete;

    struct Answer {
        std::string description; ///< serialized (plugin_description.hpp); empty: it could not be loaded
        std::string dlerror;     ///< the error of the dynamic linker
        std::string end; ///< how the child ended without an answer, such as "was killed by signal 11 (Segmentation fault)"
    };
    /// Blocks until the library is described. copy: the sealed copy of the file; empty: it is loaded by its path.
    Answer ask(const Fd &copy, const std::filesystem::path &file);

  private:
    void start();

    std::function<void()> before_fork_;
    std::chrono::milliseconds bound_;
    pid_t process_ = -1;
    Fd socket_;
};

} // namespace kith::core
