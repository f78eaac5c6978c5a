// SPDX-License-Identifier: MIT
#include "progress_line.hpp"

#include <cstdlib>
#include <mutex>
#include <string>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace kith::app {

namespace {

// The line that is on the terminal now. The log may be written by another thread.
std::mutex progress_mutex;
ProgressLine *current_progress_line = nullptr;

bool can_erase() {
    const char *terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

// A terminal that takes nothing, such as a stopped one, loses it.
void put_on_terminal(const std::string &text) {
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0)
        static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

// Under the lock.
void erase_current() {
    current_progress_line = nullptr;
    put_on_terminal("\r\x1b[K");
}

} // namespace

ProgressLine::ProgressLine() : wanted_(can_erase()), next_(Clock::now() + 2 * interval) {}

bool ProgressLine::due() const { return wanted_ && Clock::now() >= next_; }

void ProgressLine::show(std::string_view text) {
    if (!due()) return;
    next_ = Clock::now() + interval;
    std::string line = "\r";
    for (const char c : text.substr(0, terminal_width() - 1)) // a name must not control the terminal
        line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    const std::lock_guard lock(progress_mutex);
    put_on_terminal(line + "\x1b[K");
    current_progress_line = this;
}

void ProgressLine::erase() {
    const std::lock_guard lock(progress_mutex);
    if (current_progress_line == this) erase_current();
}

void erase_progress_line() {
    const std::lock_guard lock(progress_mutex);
    if (current_progress_line != nullptr) erase_current();
}

} // namespace kith::app
