// SPDX-License-Identifier: MIT
//
// The log of the engine and of the plugins (kith.log/1). The host implements it, so core depends on no log library.
#pragma once

#include <kith/plugin.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace kith::core {

class Logger {
  public:
    /// The lowest level that is written, KITH_LOG_... [any-thread]
    virtual std::uint32_t level() const noexcept = 0;

    /// who: the name of the instance, or empty for kith itself. All arguments are borrowed. [any-thread]
    virtual void write(std::uint32_t level, std::string_view who, std::string_view message,
                       std::span<const kith_attribute> fields) noexcept = 0;

  protected:
    ~Logger() = default;
};

} // namespace kith::core
