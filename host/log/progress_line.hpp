// SPDX-License-Identifier: MIT
//
// One line on standard error about what a command waits for. It is written only to a terminal, at most four times a second, not in the first
// half second, and is erased at the end and before a line of the log is written.
#pragma once

#include <chrono>
#include <string_view>

namespace kith::app {

class ProgressLine {
  public:
    static constexpr std::chrono::milliseconds interval{250};

    ProgressLine();
    ~ProgressLine() { erase(); }
    ProgressLine(const ProgressLine &) = delete;
    ProgressLine &operator=(const ProgressLine &) = delete;

    /// Standard error is a terminal that can erase a line.
    bool wanted() const { return wanted_; }
    /// Whether show() would write now.
    bool due() const;
    /// Writes the text in place of the last one, cut to the width of the terminal; nothing when it is not due.
    void show(std::string_view text);
    void erase();

  private:
    using Clock = std::chrono::steady_clock;
    bool wanted_;
    Clock::time_point next_;
};

/// Erases what a ProgressLine has written. For code that writes to standard error itself; the next show() writes it again.
void erase_progress_line();

} // namespace kith::app
