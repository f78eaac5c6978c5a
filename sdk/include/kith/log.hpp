// SPDX-License-Identifier: MIT
//
// kith.log/1: `log.warning("the answer is empty", {{"url", url}})`. The message does not vary, the fields do.
#pragma once

#include "host.hpp"
#include "service/log.h"

#include <array>
#include <initializer_list>

namespace kith {

struct field {
    std::string_view name;
    std::string_view value;
};

/// Safe on any thread. Without a log in the host it does nothing.
class log {
  public:
    static constexpr std::string_view id = KITH_LOG;
    using fields = std::initializer_list<field>;

    explicit log(host h) noexcept : raw_(h.raw()), table_(h.context().find<kith_log_host>(id)) {}

    /// False: a line of this level is not shown and need not be built.
    [[nodiscard]] bool shows(std::uint32_t level) const noexcept { return table_ != nullptr && level >= table_->level(raw_); }

    void trace(std::string_view message, fields list = {}) const noexcept { write(KITH_LOG_TRACE, message, list); }
    void debug(std::string_view message, fields list = {}) const noexcept { write(KITH_LOG_DEBUG, message, list); }
    void info(std::string_view message, fields list = {}) const noexcept { write(KITH_LOG_INFO, message, list); }
    void warning(std::string_view message, fields list = {}) const noexcept { write(KITH_LOG_WARNING, message, list); }
    void error(std::string_view message, fields list = {}) const noexcept { write(KITH_LOG_ERROR, message, list); }

    /// At most 32 fields; what is over is left out.
    void write(std::uint32_t level, std::string_view message, fields list) const noexcept {
        if (!shows(level)) return;
        std::array<kith_attribute, 32> out;
        std::uint32_t count = 0;
        for (const field &f : list) {
            if (count == out.size()) break;
            out[count++] = {str(f.name), str(f.value)};
        }
        table_->write(raw_, level, str(message), out.data(), count);
    }

  private:
    const kith_host *raw_;
    const kith_log_host *table_;
};

} // namespace kith
