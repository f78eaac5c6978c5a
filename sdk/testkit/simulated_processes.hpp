// SPDX-License-Identifier: MIT
//
// The programs of one simulated machine: those that it has, and those that run.
#pragma once

#include "simulated_machine_body.hpp"

#include <kith/hosting/process_program.hpp>
#include <kith/testkit/program.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace kith::testkit {

class SimulatedProcesses final : public Actor {
  public:
    explicit SimulatedProcesses(SimulatedMachine::Body &on) : on_(on) {}

    struct Running {
        TenantResources *resources = nullptr;
        std::uint64_t id = 0;
        ProcessProgram program;
        Program script;
        ProgramRun *run = nullptr;
        std::size_t step = 0;
        std::uint32_t generation = 0; // of the wait that counts
        std::size_t expected = 0;     // of what it read: searched so far
        std::string output, input;    // in the pipes
        std::string saying;           // that found no room in the pipe yet
        ProcessErrors errors;
        std::uint64_t taken = 0; // of its output
        std::uint64_t reader = 0, writer = 0, waiter = 0;
        std::int32_t status = KITH_OK; // of its end
        bool mute = false, deaf = false, reads = true, input_ended = false, ending = false, closed = false;
    };

    void have(std::string_view path, ProgramHandler handler) { programs_[std::string(path)] = std::move(handler); }
    void lose(std::string_view path) { programs_.erase(std::string(path)); }
    bool has(const std::string &path) const { return programs_.contains(path); }
    const std::deque<ProgramRun> &runs() const noexcept { return runs_; }

    /// What is to be started by an operation.
    ProcessProgram &starting(std::uint64_t op) { return starting_[op]; }
    ProcessProgram started(std::uint64_t op) { return std::move(starting_.extract(op).mapped()); }
    Running &begin(TenantResources &resources, ProcessProgram program);
    /// Null when this resources has none of that id that is open.
    Running *find(const TenantResources &resources, std::uint64_t id) noexcept;
    /// Those of the resources that run or are open.
    std::size_t count(const TenantResources &resources) const noexcept;

    /// Completes the operations of it that have something to tell.
    void serve(Running &one);
    /// At most so many bytes of its output; its status when that is no longer KITH_OK.
    std::int32_t take(Running &one, std::size_t most, std::string &out);
    void write(Running &one, std::string_view data);
    void shut(Running &one);
    void end(Running &one);
    void close(Running &one);
    void close(const TenantResources &resources);

    void on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) override;

  private:
    enum What : std::uint32_t { go_on, late, grace_over };

    bool done(Running &one, const Program::Step &step);
    bool say(Running &one);
    void proceed(Running &one);
    void pump(Running &one);
    void ended(Running &one, std::uint32_t code, std::uint32_t signal);
    void complete(std::uint64_t op, std::int32_t status);
    void again_in(Running &one, std::uint64_t delay);

    SimulatedMachine::Body &on_;
    std::map<std::string, ProgramHandler> programs_;
    std::deque<ProgramRun> runs_;
    std::map<std::uint64_t, ProcessProgram> starting_;
    std::map<std::uint64_t, Running> running_;
};

} // namespace kith::testkit
