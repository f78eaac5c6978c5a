// SPDX-License-Identifier: MIT
#include "simulated_processes.hpp"

#include <algorithm>

namespace kith::testkit {

namespace {

constexpr std::size_t pipe_size = 65'536;
constexpr std::uint32_t sig_pipe = 13, sig_term = 15, sig_kill = 9;

} // namespace

SimulatedProcesses::Running &SimulatedProcesses::begin(TenantResources &resources, ProcessProgram program) {
    const std::uint64_t id = on_.make_id(SimulatedMachine::Body::slot_mask, true);
    Running &one = running_[id];
    one.id = id;
    one.resources = &resources;
    one.run = &runs_.emplace_back();
    one.run->path = program.path;
    one.run->directory = program.directory;
    one.run->arguments = program.arguments;
    one.run->environment = program.environment;
    one.run->begun = on_.net.now();
    one.script = programs_.at(program.path)(*one.run);
    one.input_closed = !program.input;
    one.output_closed = !program.output;
    one.program = std::move(program);
    const std::uint64_t now = on_.net.now_ns();
    if (one.program.timeout != 0)
        on_.net.schedule(one.program.timeout > UINT64_MAX - now ? UINT64_MAX : now + one.program.timeout, *this, late, 0, id);
    proceed(one); // before the first read or write
    return one;
}

SimulatedProcesses::Running *SimulatedProcesses::find(const TenantResources &resources, std::uint64_t id) noexcept {
    const auto found = running_.find(id);
    return found == running_.end() || found->second.resources != &resources || found->second.closed ? nullptr : &found->second;
}

std::size_t SimulatedProcesses::count(const TenantResources &resources) const noexcept {
    return static_cast<std::size_t>(
        std::count_if(running_.begin(), running_.end(), [&](const auto &one) { return one.second.resources == &resources; }));
}

// ---- steps ----

void SimulatedProcesses::on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    Running &one = found->second;
    if (!one.run->running) return;
    if (what == grace_over) return ended(one, 0, sig_kill);
    if (what == go_on) {
        if (one.generation == slot) proceed(one);
        return;
    }
    if (one.ending) return;
    one.status = KITH_TIMED_OUT;
    end(one);
}

void SimulatedProcesses::again_in(Running &one, std::uint64_t delay) {
    on_.net.schedule(on_.net.now_ns() + delay, *this, go_on, ++one.generation, one.id);
}

void SimulatedProcesses::proceed(Running &one) {
    const std::uint64_t id = one.id;
    while (running_.contains(id) && one.run->running) {
        if (one.step == one.script.steps.size()) return ended(one, 0, 0);
        const Program::Step &step = one.script.steps[one.step];
        if (!done(one, step)) return;
        if (running_.contains(id)) ++one.step;
    }
}

// Returns false when the step is not done yet, or when it has ended the program.
bool SimulatedProcesses::done(Running &one, const Program::Step &step) {
    using StepKind = Program::Kind;
    switch (step.kind) {
    case StepKind::print:
        if (one.saying.empty()) one.saying = step.text;
        return say(one);
    case StepKind::flood:
        if (one.saying.empty()) one.saying = step.text;
        if (say(one)) again_in(one, static_cast<std::uint64_t>(std::max<std::int64_t>(step.span.count(), 1)));
        return false;
    case StepKind::print_error: one.errors.add(step.text); return true;
    case StepKind::wait: // the next step follows after the delay
        ++one.step;
        again_in(one, static_cast<std::uint64_t>(step.span.count()));
        return false;
    case StepKind::exit: ended(one, step.number, 0); return false;
    case StepKind::crash: ended(one, 0, step.number); return false;
    case StepKind::hang: return false;
    case StepKind::close_output:
        one.output_closed = true;
        serve(one);
        return true;
    case StepKind::close_input:
        one.input_closed = true;
        one.input.clear();
        serve(one);
        return true;
    case StepKind::stop_reading: one.reads = false; return true;
    case StepKind::expect: {
        const auto found = one.run->input.find(step.text, one.expected);
        if (found == std::string::npos) return false;
        one.expected = found + step.text.size();
        return true;
    }
    case StepKind::end_of_input: return one.input_ended || one.input_closed;
    }
    return false;
}

// Returns false when the pipe is full or has no reader.
bool SimulatedProcesses::say(Running &one) {
    if (one.output_closed) {
        one.saying.clear();
        return true;
    }
    if (one.closed) {
        ended(one, 0, sig_pipe);
        return false;
    }
    const auto room = std::min(pipe_size - one.output.size(), one.saying.size());
    one.output.append(one.saying, 0, room);
    one.saying.erase(0, room);
    serve(one);
    return one.saying.empty();
}

void SimulatedProcesses::ended(Running &one, std::uint32_t code, std::uint32_t signal) {
    one.run->running = false;
    one.run->ended = on_.net.now();
    one.run->code = code;
    one.run->signal = signal;
    on_.trace("process.exit", one.id, static_cast<std::int64_t>(code) << 8 | signal, one.run->path);
    if (one.closed) {
        running_.erase(one.id);
        return;
    }
    serve(one);
}

// ---- operations ----

void SimulatedProcesses::complete(std::uint64_t id, std::int32_t status) {
    if (Op *op = on_.find(id); op != nullptr && !op->ready) on_.ready(*op, status);
}

void SimulatedProcesses::serve(Running &one) {
    const bool over = !one.run->running;
    if (one.status == KITH_LIMIT) {
        complete(one.reader, KITH_LIMIT);
    } else if (!one.output.empty()) {
        complete(one.reader, KITH_OK);
    } else if (one.output_closed || over) {
        complete(one.reader, KITH_CLOSED);
    }
    if (over) complete(one.waiter, one.status);
    pump(one);
}

std::int32_t SimulatedProcesses::take(Running &one, std::size_t most, std::string &out) {
    if (one.status == KITH_LIMIT) return KITH_LIMIT;
    const std::uint64_t left = one.program.max_output - one.taken;
    const auto size = std::min(one.output.size(), most);
    if (size == 0) return KITH_CLOSED;
    if (size > left) {
        one.status = KITH_LIMIT;
        end(one);
        return KITH_LIMIT;
    }
    one.taken += size;
    out = one.output.substr(0, size);
    one.output.erase(0, size);
    if (!one.saying.empty()) again_in(one, 0);
    return KITH_OK;
}

void SimulatedProcesses::write(Running &one, std::string_view data) {
    one.input += data;
    serve(one);
}

// Passes written bytes to the program as far as it reads. A write is complete when all its bytes are in the pipe.
void SimulatedProcesses::pump(Running &one) {
    if (one.writer == 0) return;
    if (one.input_closed || !one.run->running) {
        one.input.clear();
        return complete(one.writer, KITH_RESET);
    }
    if (one.reads) {
        one.run->input += one.input;
        one.input.clear();
        if (one.step < one.script.steps.size() && one.script.steps[one.step].kind == Program::Kind::expect) again_in(one, 0);
    }
    if (one.input.size() <= pipe_size) complete(one.writer, KITH_OK);
}

void SimulatedProcesses::shut(Running &one) {
    one.input_ended = true;
    if (one.step < one.script.steps.size() && one.script.steps[one.step].kind == Program::Kind::end_of_input) again_in(one, 0);
}

void SimulatedProcesses::end(Running &one) {
    if (one.ending || !one.run->running) return;
    one.ending = true;
    one.run->asked_to_end = true;
    if (!one.script.ignores_term) return ended(one, 0, sig_term);
    const std::uint64_t now = on_.net.now_ns();
    on_.net.schedule(one.program.grace > UINT64_MAX - now ? UINT64_MAX : now + one.program.grace, *this, grace_over, 0, one.id);
}

void SimulatedProcesses::close(Running &one) {
    for (const std::uint64_t id : {one.reader, one.writer, one.waiter}) {
        if (Op *op = on_.find(id); op != nullptr && !op->ready) on_.abandon(*op, KITH_CANCELLED);
    }
    one.closed = true;
    if (!one.run->running) {
        running_.erase(one.id);
    } else {
        end(one);
    }
}

void SimulatedProcesses::close(const TenantResources &resources) {
    for (auto at = running_.begin(); at != running_.end();) {
        Running &one = (at++)->second;
        if (one.resources != &resources) continue;
        one.reader = one.writer = one.waiter = 0; // the operations end without a completion
        one.resources = nullptr;
        if (!one.closed) close(one);
    }
}

} // namespace kith::testkit
