// SPDX-License-Identifier: MIT
//
// Scripted programs of a simulated machine, for plugins that use kith.process/1.
//
//     machine.program("/usr/bin/peers", Program().print("app@10.0.0.7\n"));
//     machine.program("/usr/bin/slow", Program().wait(10s).print_error("no such host\n").exit(2));
//     machine.program("/usr/bin/join", [](const ProgramRun &run) { return Program().exit(run.arguments.size() == 1 ? 0 : 64);
//     });
//
// machine.runs() contains the arguments, the input and the exit status of each run.
#pragma once

#include <kith/testkit/sim_net.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

/// The steps of a program, done one after the other; after the last step it exits with 0. The program reads its input at once.
class Program {
  public:
    using Duration = SimNet::Duration;

    Program &print(std::string_view text) { return add({Kind::print, std::string(text)}); } ///< writes to standard output
    /// Writes to standard error.
    Program &print_error(std::string_view text) { return add({Kind::print_error, std::string(text)}); }
    Program &say(std::string_view text) { return print(text); }            ///< the former name of print
    Program &complain(std::string_view text) { return print_error(text); } ///< the former name of print_error
    Program &wait(Duration span) { return add({Kind::wait, {}, span}); }
    Program &exit(std::uint32_t code) { return add({Kind::exit, {}, {}, code}); }
    /// Ends by that signal, as after a crash.
    Program &crash(std::uint32_t signal = 11) { return add({Kind::crash, {}, {}, signal}); }
    Program &hang() { return add({Kind::hang}); }
    /// Writes the text repeatedly without end.
    Program &flood(std::string_view text, Duration every = Duration(1000)) {
        return add({Kind::flood, std::string(text), every});
    }
    Program &close_output() { return add({Kind::close_output}); }
    Program &close_input() { return add({Kind::close_input}); }
    /// Waits until this text was written to its input, after the texts it waited for before.
    Program &expect(std::string_view text) { return add({Kind::expect, std::string(text)}); }
    /// Waits for the end of its input.
    Program &until_end_of_input() { return add({Kind::end_of_input}); }
    /// Stops reading its input: writes wait from here on.
    Program &stop_reading() { return add({Kind::stop_reading}); }
    /// Ignores SIGTERM during the whole run.
    Program &ignore_term() {
        ignores_term = true;
        return *this;
    }

    enum class Kind : std::uint8_t {
        print,
        print_error,
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
    std::vector<std::pair<std::string, std::string>> environment; ///< its variables, in addition to the daemon's
    std::string input;                                            ///< the input that it has read
    SimNet::Duration begun{}, ended{};
    bool running = true;
    bool asked_to_end = false;          ///< it received SIGTERM
    std::uint32_t code = 0, signal = 0; ///< how it ended

    /// The value of a variable; empty when there is none.
    std::string_view variable(std::string_view name) const noexcept {
        for (const auto &[one, value] : environment) {
            if (one == name) return value;
        }
        return {};
    }
};

using ProgramHandler = std::function<Program(const ProgramRun &run)>;

} // namespace kith::testkit
