// SPDX-License-Identifier: MIT
//
// The daemon's log, on standard error, by Boost.Log: lines pass the level and the limit on repeats, are formed once, and are written
// whole. A standard error that is gone, full or stuck never stops the daemon: what cannot be written at once is lost, and every line
// is tried anew. When there is room again a line reports how many were lost; a line of which only the beginning was written is
// closed by a line end before it.
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
    ~StderrLog(); // tells what was held back
    StderrLog(const StderrLog &) = delete;
    StderrLog &operator=(const StderrLog &) = delete;

    std::uint32_t level() const noexcept override;
    void write(std::uint32_t level, std::string_view who, std::string_view message,
               std::span<const kith_attribute> fields) noexcept override;

    /// A line of kith itself.
    void log(std::uint32_t level, std::string_view message,
             std::initializer_list<std::pair<std::string_view, std::string_view>> fields) noexcept;

    /// Summary up repeated lines whose window is over, and report lines that were lost. To be called every few seconds.
    void write_summaries() noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace kith::app
