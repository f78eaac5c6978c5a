// SPDX-License-Identifier: MIT
//
// Describes a library whose description cannot be read from its bytes: a process loads it, reads the description in memory, and ends. Whatever the
// library's code does there (it throws, crashes, exits, hangs), it does not do it here.
//
// That process is a child of the zygote, a small process that is forked from this one by the first request: while plugins are read, before there
// are threads or anything of a plugin in it. It ends with the Zygote, or with this process.
#pragma once

#include "core/loader/fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace kith::core {

class Zygote {
  public:
    /// bound: longer than this no library may take.
    explicit Zygote(std::chrono::milliseconds bound = std::chrono::seconds(5)) : bound_(bound) {}
    ~Zygote();
    Zygote(const Zygote &) = delete;
    Zygote &operator=(const Zygote &) = delete;

    struct Answer {
        std::string description; ///< packed (description.hpp); empty: it could not be loaded
        std::string dlerror;     ///< why the dynamic linker refused it
        std::string end;         ///< how its process ended instead, such as "was killed by signal 11 (Segmentation fault)"
    };
    /// copy: of the file, sealed; none: it is loaded by its path.
    Answer ask(const Fd &copy, const std::filesystem::path &file);

  private:
    void start();

    std::chrono::milliseconds bound_;
    pid_t process_ = -1;
    Fd socket_;
};

} // namespace kith::core
