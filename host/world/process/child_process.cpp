// SPDX-License-Identifier: MIT
#include "child_process.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace kith::app {

namespace {

using Error = boost::system::error_code;
using Wait = boost::asio::posix::stream_descriptor;

const kith_process_plugin &process_side(TenantResources &resources) {
    return *resources.side<kith_process_plugin>(KITH_PROCESS);
}

void report_read(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                 const void *data, std::size_t size) {
    Entered guard(resources.tenant, "process.read");
    process_side(resources).read(resources.tenant.self(), user, op, status, borrow(text), data,
                                 static_cast<std::uint32_t>(size));
}

std::chrono::nanoseconds span(std::uint64_t time) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(time, far_enough)));
}

} // namespace

ChildProcess::ChildProcess(TenantResources &resources, ProcessProgram program, Spawned spawned, std::shared_ptr<int> share)
    : resources_(resources.shared_from_this()),
      program_(std::move(program)),
      group_(std::move(spawned.group)),
      end_(resources.io, spawned.ended.release()),
      input_(resources.io),
      output_(resources.io),
      errors_(resources.io, spawned.errors.release()),
      reading_(resources.io),
      writing_(resources.io),
      waiting_(resources.io),
      patience_(resources.io),
      pause_(resources.io),
      share_(std::move(share)) {
    if (program_.input) input_.assign(spawned.input.release());
    if (program_.output) output_.assign(spawned.output.release());
}

void ChildProcess::start() {
    await_end();
    drain();
    if (program_.timeout == 0) return;
    patience_.expires_after(span(program_.timeout));
    patience_.async_wait([me = shared_from_this()](const Error &error) {
        if (error || me->ending_ || !me->group_.there()) return;
        me->status_ = KITH_TIMED_OUT;
        me->end();
    });
}

// ---- its output ----

std::int32_t ChildProcess::read(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (!program_.output) return resources_->refuse(KITH_INVALID, "its output was not asked for (KITH_PROCESS_OUTPUT)");
    if (reading_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "a read of this program is outstanding already");
    if (max == 0) return resources_->refuse(KITH_INVALID, "a read of 0 bytes");
    max_ = max;
    reading_.begin(
        *resources_, shared_from_this(), timeout, user, op,
        [](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            report_read(resources, u, o, KITH_CANCELLED, cancelled_text(), nullptr, 0);
        },
        [this] { end_read(KITH_TIMED_OUT, late("nothing written within the time for it")); });
    await_read();
    return KITH_OK;
}

void ChildProcess::await_read() {
    if (std::exchange(reading_.waiting, true)) return;
    const auto go_on = [me = shared_from_this()](const Error &) {
        me->reading_.waiting = false;
        if (me->reading_.op != 0) me->can_read();
    };
    if (deaf_ || !group_.there()) {
        boost::asio::post(resources_->io, [go_on] { go_on({}); });
    } else {
        output_.async_wait(Wait::wait_read, go_on);
    }
}

void ChildProcess::can_read() {
    if (status_ == KITH_LIMIT) return end_read(KITH_LIMIT, program_.too_much());
    auto &buffer = resources_->parts.read_buffer; // shared by all: completions never nest
    const std::uint64_t left = program_.max_output - taken_;
    const std::size_t most = std::min<std::size_t>({max_, KITH_PROCESS_MAX_READ, buffer.size()});
    // Reading one byte more than the limit shows whether there is more.
    const ssize_t got = deaf_ ? 0 : ::read(output_.native_handle(), buffer.data(), left < most ? left + 1 : most);
    if (got < 0 && errno == EINTR) return can_read();
    // A process that has left the group may keep the pipe open.
    if (got < 0 && errno == EAGAIN && group_.there()) return await_read();
    if (got <= 0) {
        deaf_ = true;
        return end_read(KITH_CLOSED, program_.path + ": the end of its output");
    }
    const auto size = static_cast<std::size_t>(got);
    if (size > left) {
        status_ = KITH_LIMIT;
        end();
        return end_read(KITH_LIMIT, program_.too_much());
    }
    taken_ += size;
    if (const auto done = reading_.end(*resources_))
        report_read(*resources_, done->user, reading_.last, KITH_OK, {}, buffer.data(), size);
}

void ChildProcess::end_read(std::int32_t status, std::string_view text) {
    if (const auto done = reading_.end(*resources_))
        report_read(*resources_, done->user, reading_.last, status, text, nullptr, 0);
}

// ---- its standard error ----

void ChildProcess::drain() {
    errors_.async_wait(Wait::wait_read, [me = shared_from_this()](const Error &error) {
        if (error || !me->errors_.is_open() || !me->take_errors()) return;
        // Limits the rate of a program that writes without end to some MB per second.
        me->pause_.expires_after(std::chrono::milliseconds(10));
        me->pause_.async_wait([me](const Error &over) {
            if (!over) me->drain();
        });
    });
}

// False: every writer has closed it.
bool ChildProcess::take_errors() {
    auto &buffer = resources_->parts.read_buffer;
    const ssize_t got = ::read(errors_.native_handle(), buffer.data(), buffer.size());
    if (got > 0) said_.add({buffer.data(), static_cast<std::size_t>(got)});
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

// ---- its end ----

std::int32_t ChildProcess::wait(std::uint64_t user, std::uint64_t *op) {
    if (waiting_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "another wait for this program is outstanding");
    waiting_.begin(
        *resources_, shared_from_this(), 0, user, op,
        [](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            Entered guard(resources.tenant, "process.ended");
            process_side(resources).ended(resources.tenant.self(), u, o, KITH_CANCELLED, borrow(cancelled_text()), nullptr);
        },
        [] {});
    if (group_.there()) return KITH_OK;
    boost::asio::post(resources_->io, [me = shared_from_this(), id = waiting_.op] {
        if (me->waiting_.op != id) return;
        if (const auto done = me->waiting_.end(*me->resources_)) me->report_end(done->user, id);
    });
    return KITH_OK;
}

void ChildProcess::report_end(std::uint64_t user, std::uint64_t op) {
    const kith_process_end end{
        .struct_size = sizeof end, .code = how_.code, .signal = how_.signal, .reserved = 0, .errors = borrow(said_.text())};
    const std::string text = status_ == KITH_TIMED_OUT ? program_.late() : status_ == KITH_LIMIT ? program_.too_much() : "";
    Entered guard(resources_->tenant, "process.ended");
    process_side(*resources_).ended(resources_->tenant.self(), user, op, status_, borrow(text), &end);
}

void ChildProcess::await_end() {
    end_.async_wait(Wait::wait_read, [me = shared_from_this()](const Error &error) {
        if (!error && me->group_.there()) me->ended();
    });
}

void ChildProcess::ended() {
    if (!group_.gather(how_)) return await_end();
    const auto me = shared_from_this(); // it is removed from the list of the world
    resources_->parts.children.erase(me);
    patience_.cancel();
    pause_.cancel();
    Error ignored;
    if (errors_.is_open()) {
        for (int pieces = 0; pieces < 4 && take_errors(); ++pieces) {
        } // the pipe has capacity for one
        errors_.close(ignored);
    }
    end_.close(ignored);
    if (closed_) return share_.reset();
    // Waiting reads and writes continue and find that the program has ended.
    if (output_.is_open()) output_.cancel(ignored);
    if (input_.is_open()) input_.cancel(ignored);
    if (const auto done = waiting_.end(*resources_)) report_end(done->user, waiting_.last);
}

void ChildProcess::end() {
    if (std::exchange(ending_, true) || !group_.there()) return;
    group_.signal(SIGTERM);
    group_.signal(SIGCONT); // a stopped process would not handle SIGTERM
    patience_.expires_after(span(program_.grace));
    patience_.async_wait([me = shared_from_this()](const Error &error) {
        if (!error) me->group_.signal(SIGKILL);
    });
}

void ChildProcess::close() {
    closed_ = true;
    for (const std::uint64_t op : {reading_.op, writing_.op, waiting_.op}) {
        if (op != 0) resources_->cancel(op);
    }
    Error ignored;
    input_.close(ignored);
    output_.close(ignored);
    if (!group_.there()) return share_.reset();
    end();
}

void ChildProcess::kill() noexcept {
    { const ProcessGroup gone = std::move(group_); }
    Error ignored;
    patience_.cancel();
    pause_.cancel();
    for (Pipe *pipe : {&end_, &input_, &output_, &errors_}) pipe->close(ignored);
}

void end_children(const std::unordered_set<std::shared_ptr<ChildProcess>> &children) noexcept {
    const auto now = std::chrono::steady_clock::now;
    const auto deadline = now() + std::chrono::seconds(2);
    for (const auto &child : children) {
        const auto until = std::min(deadline, child->patience());
        while (!child->gone() && now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(2));
        child->kill();
    }
}

std::string ChildProcess::late(const char *what) const { return program_.path + ": " + what; }

} // namespace kith::app
