// SPDX-License-Identifier: MIT
//
// The standard input of a program.
#include "child_process.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>
#include <unistd.h>

namespace kith::app {

namespace {

using Error = boost::system::error_code;

void report_written(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                    std::string_view text) {
    Entered guard(resources.tenant, "process.written");
    resources.side<kith_process_plugin>(KITH_PROCESS)->written(resources.tenant.self(), user, op, status, borrow(text));
}

// Writing to a pipe without readers raises SIGPIPE. Here it becomes an error of the write, whatever the handler of SIGPIPE in
// this process is.
ssize_t write_quietly(int fd, const char *data, std::size_t size) {
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    const ssize_t written = ::write(fd, data, size);
    const int error = errno;
    if (written < 0 && error == EPIPE && sigismember(&before, SIGPIPE) == 0) {
        const timespec now{};
        sigtimedwait(&pipe, nullptr, &now);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return written;
}

} // namespace

std::int32_t ChildProcess::write(std::string_view data, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (!program_.input) return resources_->refuse(KITH_INVALID, "its input was not asked for (KITH_PROCESS_INPUT)");
    if (writing_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "a write to this program is outstanding already");
    if (!input_.is_open()) return resources_->refuse(KITH_INVALID, "its input was shut down");
    out_.assign(data);
    written_ = 0;
    writing_.begin(
        *resources_, shared_from_this(), timeout, user, op,
        [](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            report_written(resources, u, o, KITH_CANCELLED, cancelled_text());
        },
        [this] { end_write(KITH_TIMED_OUT, late("it has not read within the time for it")); });
    await_write();
    return KITH_OK;
}

void ChildProcess::await_write() {
    if (std::exchange(writing_.waiting, true)) return;
    const auto go_on = [me = shared_from_this()](const Error &) {
        me->writing_.waiting = false;
        if (me->writing_.op != 0 && !me->push()) me->await_write();
    };
    if (out_.empty() || !group_.there()) {
        boost::asio::post(resources_->io, [go_on] { go_on({}); });
    } else {
        input_.async_wait(Pipe::wait_write, go_on);
    }
}

// False: the pipe is full.
bool ChildProcess::push() {
    if (!out_.empty() && !group_.there()) {
        end_write(KITH_RESET, program_.path + ": it has ended");
        return true;
    }
    while (written_ < out_.size()) {
        const ssize_t taken = write_quietly(input_.native_handle(), out_.data() + written_, out_.size() - written_);
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0 && errno == EAGAIN) return false;
        if (taken < 0) {
            const bool gone = errno == EPIPE;
            end_write(gone ? KITH_RESET : KITH_IO,
                      program_.path + ": " + (gone ? "it does not read any more" : std::generic_category().message(errno)));
            return true;
        }
        written_ += static_cast<std::size_t>(taken);
    }
    end_write(KITH_OK, {});
    return true;
}

void ChildProcess::end_write(std::int32_t status, std::string_view text) {
    std::string().swap(out_);
    written_ = 0;
    if (const auto done = writing_.end(*resources_)) report_written(*resources_, done->user, writing_.last, status, text);
}

std::int32_t ChildProcess::shutdown() {
    if (!program_.input) return resources_->refuse(KITH_INVALID, "its input was not asked for (KITH_PROCESS_INPUT)");
    if (writing_.busy(*resources_))
        return resources_->refuse(KITH_BUSY, "a write to this program is outstanding; shut it down when it has completed");
    Error ignored;
    input_.close(ignored);
    return KITH_OK;
}

} // namespace kith::app
