// SPDX-License-Identifier: MIT
//
// The programs of one simulated machine: the installed ones and the running ones.
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
        std::uint32_t generation = 0; // number of the valid wait
        std::size_t expected = 0;     // part of the input that was searched by `expect`
        std::string output, input;    // contents of the pipes
        std::string saying;           // output that did not fit into the pipe yet
        ProcessErrors errors;
        std::uint64_t taken = 0; // bytes read of its output
        std::uint64_t reader = 0, writer = 0, waiter = 0;
        std::int32_t status = KITH_OK; // how it ended
        bool output_closed = false, input_closed = false, reads = true, input_ended = false, ending = false, closed = false;
    };

    void have(std::string_view path, ProgramHandler handler) { programs_[std::string(path)] = std::move(handler); }
    void lose(std::string_view path) { programs_.erase(std::string(path)); }
    bool has(const std::string &path) const { return programs_.contains(path); }
    const std::deque<ProgramRun> &runs() const noexcept { return runs_; }

    /// The program that an operation starts.
    ProcessProgram &starting(std::uint64_t op) { return starting_[op]; }
    ProcessProgram started(std::uint64_t op) { return std::move(starting_.extract(op).mapped()); }
    Running &begin(TenantResources &resources, ProcessProgram program);
    /// Null when this tenant has no open program of that id.
    Running *find(const TenantResources &resources, std::uint64_t id) noexcept;
    /// The number of the tenant's programs that run or are open.
    std::size_t count(const TenantResources &resources) const noexcept;

    /// Completes the operations on a program that can complete.
    void serve(Running &one);
    /// Takes at most this number of bytes of its output. Returns its status when that is not KITH_OK any more.
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
