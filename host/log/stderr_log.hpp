// SPDX-License-Identifier: MIT
//
// The daemon's log on standard error, with Boost.Log. Lines pass the level and the repeat limiter, are formatted once, and are written as a
// whole. A standard error that is closed, full or blocked never stops the daemon: a line that cannot be written at once is lost, and the
// next one is tried again. When writing succeeds again, a line reports how many were lost; a line end is written after a partially
// written line.
#pragma once

#include "line_format.hpp"

#include <core/engine/logger.hpp>

#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

namespace kith::app {

struct LogOptions {
    bool json = false;
};

class StderrLog final : public core::Logger {
  public:
    StderrLog(LogOptions options, std::uint32_t level);
    ~StderrLog(); // writes the summaries of suppressed lines
    StderrLog(const StderrLog &) = delete;
    StderrLog &operator=(const StderrLog &) = delete;

    std::uint32_t level() const noexcept override;
    void write(std::uint32_t level, std::string_view who, std::string_view message,
               std::span<const kith_attribute> fields) noexcept override;

    /// Writes a line of kith itself.
    void log(std::uint32_t level, std::string_view message,
             std::initializer_list<std::pair<std::string_view, std::string_view>> fields) noexcept;

    /// Writes the summaries of repeated lines whose window is over, and the number of lost lines. Call it every few seconds.
    void write_summaries() noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace kith::app
