// SPDX-License-Identifier: MIT
//
// kith.process/1 of a simulated machine: its table, its checks, how its completions are told.
#include "process_room.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>

namespace kith::testkit {

namespace {

constexpr std::uint64_t time_to_start = 1'000'000;

const kith_process_plugin &side(Seat &seat) noexcept { return *seat.side<kith_process_plugin>(KITH_PROCESS); }

std::string text_of(const Op &op, const ProcessRoom::Running *one) {
    if (op.status >= 0) return {};
    if (one == nullptr) return op.name + ": " + std::string(status_sentence(op.status));
    if (op.status == KITH_LIMIT) return one->program.too_much();
    if (op.status == KITH_TIMED_OUT && one->waiter == op.id) return one->program.late();
    return one->program.path + ": " + std::string(status_sentence(op.status));
}

void started(Seat &seat, Op &op) {
    Machine::Body &on = *seat.body;
    ProcessProgram program = on.programs().started(op.id);
    std::uint64_t id = 0;
    if (op.status == KITH_OK) id = on.programs().begin(seat, std::move(program)).id;
    on.trace("process.started", op.id, op.status, op.name);
    const std::string text = text_of(op, nullptr);
    const Entered entered(*seat.tenant, "process.started");
    side(seat).started(seat.tenant->self(), op.user, op.id, op.status, str(text), id);
}

void read(Seat &seat, Op &op) {
    Machine::Body &on = *seat.body;
    std::string bytes;
    auto *one = on.programs().find(seat, op.number);
    if (one != nullptr) {
        one->reader = 0;
        if (op.status == KITH_OK) op.status = on.programs().take(*one, op.mode, bytes);
    } else if (op.status == KITH_OK) {
        op.status = KITH_CANCELLED;
    }
    on.trace("process.read", op.id, op.status, bytes);
    const std::string text = text_of(op, one);
    const Entered entered(*seat.tenant, "process.read");
    side(seat).read(seat.tenant->self(), op.user, op.id, op.status, str(text), bytes.data(),
                    static_cast<std::uint32_t>(bytes.size()));
}

void written(Seat &seat, Op &op) {
    Machine::Body &on = *seat.body;
    auto *one = on.programs().find(seat, op.number);
    if (one != nullptr) one->writer = 0;
    on.trace("process.written", op.id, op.status);
    const std::string text = text_of(op, one);
    const Entered entered(*seat.tenant, "process.written");
    side(seat).written(seat.tenant->self(), op.user, op.id, op.status, str(text));
}

void ended(Seat &seat, Op &op) {
    Machine::Body &on = *seat.body;
    auto *one = on.programs().find(seat, op.number);
    const bool over = one != nullptr && !one->run->running;
    if (!over && op.status == KITH_OK) op.status = KITH_CANCELLED;
    const std::string text = text_of(op, one);
    if (one != nullptr) one->waiter = 0;
    on.trace("process.ended", op.id, op.status);
    kith_process_end end{};
    if (over) end = {sizeof end, one->run->code, one->run->signal, 0, str(one->errors.text())};
    const Entered entered(*seat.tenant, "process.ended");
    side(seat).ended(seat.tenant->self(), op.user, op.id, op.status, str(text),
                     over && op.status != KITH_CANCELLED ? &end : nullptr);
}

std::int32_t start(const kith_host *host, const kith_process_program *given, std::uint64_t user, std::uint64_t *id) noexcept {
    Seat &seat = Machine::Body::seat_of(host);
    Machine::Body &on = *seat.body;
    if (const std::int32_t status = on.called(seat, "process.start"); status != KITH_OK) return status;
    const auto *table = seat.side<kith_process_plugin>(KITH_PROCESS);
    if (!table || !table->started || !table->read || !table->written || !table->ended)
        return seat.refuse(KITH_INVALID, "the plugin has no complete kith_process_plugin");
    ProcessProgram program;
    std::string why;
    if (const std::int32_t status = read_program(given, program, why); status != KITH_OK) return seat.refuse(status, why);
    std::size_t count = on.programs().count(seat);
    for (std::uint32_t at = seat.first; at != none; at = on.ops[at].next) count += on.ops[at].deliver == started ? 1 : 0;
    if (count >= KITH_PROCESS_MAX_OPEN)
        return seat.refuse(KITH_LIMIT, "64 programs of this instance are open; close those that are done with");
    Op &op = on.begin(seat, "process.start", started, user, id);
    op.name = program.path;
    const auto failing = on.failing_paths.find(Machine::Body::normal(program.path));
    op.status = failing != on.failing_paths.end() ? failing->second
                : on.programs().has(program.path) ? KITH_OK
                                                  : KITH_NOT_FOUND;
    on.programs().starting(op.id) = std::move(program);
    on.ready_in(op, time_to_start);
    return KITH_OK;
}

// One of its operations, when none of that kind is outstanding. which: of its members that keep the operation.
template <class Begin>
std::int32_t ask(const kith_host *host, const char *what, std::uint64_t process, Begin &&begin) noexcept {
    Seat &seat = Machine::Body::seat_of(host);
    Machine::Body &on = *seat.body;
    if (const std::int32_t status = on.called(seat, what); status != KITH_OK) return status;
    auto *one = on.programs().find(seat, process);
    if (one != nullptr) return begin(seat, *one);
    const bool other = on.socket(seat, process) != nullptr;
    return seat.refuse(other ? KITH_INVALID : KITH_STALE,
                       other ? "a program is expected" : "a program that is open is expected");
}

std::int32_t begin_read(const kith_host *host, std::uint64_t process, std::uint32_t max, std::uint64_t timeout,
                        std::uint64_t user, std::uint64_t *id) noexcept {
    return ask(host, "process.read", process, [&](Seat &seat, ProcessRoom::Running &one) {
        if (!one.program.output) return seat.refuse(KITH_INVALID, "its output was not asked for (KITH_PROCESS_OUTPUT)");
        if (one.reader != 0) return seat.refuse(KITH_BUSY, "a read of this program is outstanding already");
        if (max == 0) return seat.refuse(KITH_INVALID, "a read of 0 bytes");
        Op &op = seat.body->begin(seat, "process.read", read, user, id);
        op.number = process;
        op.mode = std::min(max, KITH_PROCESS_MAX_READ);
        one.reader = op.id;
        seat.body->time_out(op, timeout);
        seat.body->programs().serve(one);
        return KITH_OK;
    });
}

std::int32_t begin_write(const kith_host *host, std::uint64_t process, const void *data, std::uint32_t size,
                         std::uint64_t timeout, std::uint64_t user, std::uint64_t *id) noexcept {
    return ask(host, "process.write", process, [&](Seat &seat, ProcessRoom::Running &one) {
        if (size > KITH_PROCESS_MAX_WRITE) return seat.refuse(KITH_LIMIT, "a write takes at most 1048576 bytes");
        if (size != 0 && data == nullptr) return seat.refuse(KITH_INVALID, "bytes are expected at `data`");
        if (!one.program.input) return seat.refuse(KITH_INVALID, "its input was not asked for (KITH_PROCESS_INPUT)");
        if (one.writer != 0) return seat.refuse(KITH_BUSY, "a write to this program is outstanding already");
        if (one.input_ended) return seat.refuse(KITH_INVALID, "its input was shut down");
        Op &op = seat.body->begin(seat, "process.write", written, user, id);
        op.number = process;
        one.writer = op.id;
        seat.body->time_out(op, timeout);
        seat.body->programs().write(one,
                                    size == 0 ? std::string_view() : std::string_view(static_cast<const char *>(data), size));
        return KITH_OK;
    });
}

std::int32_t shutdown(const kith_host *host, std::uint64_t process) noexcept {
    return ask(host, "process.shutdown", process, [&](Seat &seat, ProcessRoom::Running &one) {
        if (!one.program.input) return seat.refuse(KITH_INVALID, "its input was not asked for (KITH_PROCESS_INPUT)");
        if (one.writer != 0)
            return seat.refuse(KITH_BUSY, "a write to this program is outstanding; shut it down when it has completed");
        seat.body->programs().shut(one);
        return KITH_OK;
    });
}

std::int32_t begin_wait(const kith_host *host, std::uint64_t process, std::uint64_t user, std::uint64_t *id) noexcept {
    return ask(host, "process.wait", process, [&](Seat &seat, ProcessRoom::Running &one) {
        if (one.waiter != 0) return seat.refuse(KITH_BUSY, "somebody waits for this program already");
        Op &op = seat.body->begin(seat, "process.wait", ended, user, id);
        op.number = process;
        one.waiter = op.id;
        seat.body->programs().serve(one);
        return KITH_OK;
    });
}

// These two never fail by fail_call: nobody could do anything about it.
template <class F>
std::int32_t dismiss(const kith_host *host, const char *what, std::uint64_t process, F &&function) noexcept {
    Seat &seat = Machine::Body::seat_of(host);
    if (seat.monitor != nullptr) seat.monitor->on_call(what, true);
    auto *one = seat.body->programs().find(seat, process);
    if (one == nullptr) return seat.refuse(KITH_STALE, "a program that is open is expected");
    seat.body->trace(what, process);
    function(seat.body->programs(), *one);
    return KITH_OK;
}

constexpr kith_process_host table = {
    .start = start,
    .read = begin_read,
    .write = begin_write,
    .shutdown = shutdown,
    .wait = begin_wait,
    .end =
        [](const kith_host *host, std::uint64_t process) noexcept {
            return dismiss(host, "process.end", process, [](ProcessRoom &room, auto &one) { room.end(one); });
        },
    .close =
        [](const kith_host *host, std::uint64_t process) noexcept {
            return dismiss(host, "process.close", process, [](ProcessRoom &room, auto &one) { room.close(one); });
        },
};

} // namespace

const kith_process_host *process_service() noexcept { return &table; }

// ---- the machine's side ----

void Machine::program(std::string_view path, Program program) {
    body_->programs().have(path, [program = std::move(program)](const ProgramRun &) { return program; });
}
void Machine::program(std::string_view path, ProgramHandler handler) { body_->programs().have(path, std::move(handler)); }
void Machine::remove_program(std::string_view path) { body_->programs().lose(path); }
const std::deque<ProgramRun> &Machine::runs() const { return body_->programs().runs(); }

} // namespace kith::testkit
