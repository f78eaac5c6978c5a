// SPDX-License-Identifier: MIT
//
// An EPMD on a free port and BEAM nodes that use it.
#pragma once

#include "process.hpp"
#include "socket.hpp"

#include <string>

namespace kith::erlang::test {

class Epmd {
  public:
    explicit Epmd(const Directory &home)
        : home_(home), port_(free_port()), process_({"epmd", "-port", std::to_string(port_)}, {}, home.path() + "/epmd.log") {
        until([this] { return answers(); }, "epmd answers");
    }
    std::uint16_t port() const noexcept { return port_; }
    const Directory &home() const noexcept { return home_; }

  private:
    bool answers() const {
        try {
            Socket socket(port_);
            return true;
        } catch (const std::runtime_error &) {
            return false;
        }
    }

    const Directory &home_;
    std::uint16_t port_;
    Process process_;
};

class Beam {
  public:
    /// mode: "interactive" loads modules when they are called, "embedded" only at the start.
    Beam(const Epmd &epmd, std::string alive, const std::string &cookie, const std::string &mode = "interactive")
        : epmd_(epmd),
          alive_(std::move(alive)),
          process_({"erl", "-noinput", "-noshell", "-name", name(), "-setcookie", cookie, "-start_epmd", "false", "+S", "1",
                    "-mode", mode},
                   {"ERL_EPMD_PORT=" + std::to_string(epmd.port()), "HOME=" + epmd.home().path()},
                   epmd.home().path() + '/' + alive_ + ".log") {
        until([this] { return port() != 0; }, name() + " is in epmd");
    }

    std::string name() const { return alive_ + "@127.0.0.1"; }
    std::uint16_t port() const { return port_of(alive_, epmd_.port()); }
    Process &process() noexcept { return process_; }

  private:
    const Epmd &epmd_;
    std::string alive_;
    Process process_;
};

} // namespace kith::erlang::test
