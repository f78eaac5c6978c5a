// SPDX-License-Identifier: MIT
//
// Where the engine and the plugins' kith.log/1 write lines. The host implements it; core knows no log library.
#pragma once

#include <kith/plugin.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace kith::core {

class Logger {
  public:
    /// The lowest level that is shown, KITH_LOG_... [any-thread]
    virtual std::uint32_t level() const noexcept = 0;

    /// who: the instance's name, or empty for kith itself. Everything is borrowed. [any-thread]
    virtual void write(std::uint32_t level, std::string_view who, std::string_view message,
                       std::span<const kith_attribute> fields) noexcept = 0;

  protected:
    ~Logger() = default;
};

} // namespace kith::core
