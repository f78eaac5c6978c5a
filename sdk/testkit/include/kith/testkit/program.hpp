// SPDX-License-Identifier: MIT
//
// Programs of a simulated machine, for plugins over kith.process/1. Each does what it was told to.
//
//     machine.program("/usr/bin/peers", Program().say("app@10.0.0.7\n"));
//     machine.program("/usr/bin/slow", Program().wait(10s).complain("no such host\n").exit(2));
//     machine.program("/usr/bin/join", [](const ProgramRun &run) { return Program().exit(run.arguments.size() == 1 ? 0 : 64); });
//
// How it was run, what it was told and how it ended is in machine.runs().
#pragma once

#include <kith/testkit/sim_net.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

/// What a program does, one thing after the other; after the last it exits with 0. It takes in what is written to it at once.
class Program {
  public:
    using Duration = SimNet::Duration;

    Program &say(std::string_view text) { return add({Kind::say, std::string(text)}); }
    Program &complain(std::string_view text) { return add({Kind::complain, std::string(text)}); } ///< on standard error
    Program &wait(Duration span) { return add({Kind::wait, {}, span}); }
    Program &exit(std::uint32_t code) { return add({Kind::exit, {}, {}, code}); }
    /// Ended by that signal, as by a fault of its own.
    Program &crash(std::uint32_t signal = 11) { return add({Kind::crash, {}, {}, signal}); }
    Program &hang() { return add({Kind::hang}); }
    /// The text again and again, for ever.
    Program &flood(std::string_view text, Duration every = Duration(1000)) {
        return add({Kind::flood, std::string(text), every});
    }
    Program &close_output() { return add({Kind::close_output}); }
    Program &close_input() { return add({Kind::close_input}); }
    /// Until this was written to it, after what it had waited for before.
    Program &expect(std::string_view text) { return add({Kind::expect, std::string(text)}); }
    /// Until there is no more to come.
    Program &until_end_of_input() { return add({Kind::end_of_input}); }
    /// From here on it reads nothing: what is written to it waits.
    Program &stop_reading() { return add({Kind::stop_reading}); }
    /// All the time: SIGTERM does nothing.
    Program &ignore_term() {
        ignores_term = true;
        return *this;
    }

    enum class Kind : std::uint8_t {
        say,
        complain,
        wait,
        exit,
        crash,
        hang,
        flood,
        close_output,
        close_input,
        expect,
        end_of_input,
        stop_reading
    };
    struct Step {
        Kind kind;
        std::string text{};
        Duration span{};
        std::uint32_t number = 0;
    };
    std::vector<Step> steps;
    bool ignores_term = false;

  private:
    Program &add(Step step) {
        steps.push_back(std::move(step));
        return *this;
    }
};

/// One run of a program.
struct ProgramRun {
    std::string path, directory;
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> environment; ///< what it was given besides the daemon's
    std::string input;                                            ///< that it has read
    SimNet::Duration begun{}, ended{};
    bool running = true;
    bool asked_to_end = false;          ///< it got SIGTERM
    std::uint32_t code = 0, signal = 0; ///< how it ended

    /// Empty when there is none of that name.
    std::string_view variable(std::string_view name) const noexcept {
        for (const auto &[one, value] : environment) {
            if (one == name) return value;
        }
        return {};
    }
};

using ProgramHandler = std::function<Program(const ProgramRun &run)>;

} // namespace kith::testkit
