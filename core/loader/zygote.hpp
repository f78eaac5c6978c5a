// SPDX-License-Identifier: MIT
//
// Describes a library whose description cannot be read from its bytes: a process loads it, reads the description in memory, and ends. Whatever the
// library's code does there (it throws, crashes, exits, hangs), it does not do it here.
//
// That process is a child of the zygote, a small process that was forked from this one early, before it had threads, secrets or plugins of its own. It ends
// with this one.
#pragma once

#include "core/loader/fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace kith::core {

class Zygote {
  public:
    /// Longer than this no library may take.
    static constexpr std::chrono::milliseconds bound{5000};

    Zygote() = default;
    ~Zygote();
    Zygote(const Zygote &) = delete;
    Zygote &operator=(const Zygote &) = delete;

    /// Fork now, unless it was. Otherwise the first question does.
    void start();

    struct Answer {
        std::string description; ///< packed (description.hpp); empty: it could not be loaded
        std::string dlerror;     ///< why the dynamic linker refused it
        std::string end;         ///< how its process ended instead, such as "was killed by signal 11 (Segmentation fault)"
    };
    /// copy: of the file, sealed; none: it is loaded by its path.
    Answer ask(const Fd &copy, const std::filesystem::path &file);

  private:
    pid_t process_ = -1;
    Fd socket_;
};

} // namespace kith::core
