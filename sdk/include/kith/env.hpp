// SPDX-License-Identifier: MIT
//
// kith.env/1: the daemon's environment, by the names that the plugin declares: `static constexpr std::string_view env[]`.
#pragma once

#include "host.hpp"
#include "service/env.h"

#include <optional>

namespace kith {

class env {
  public:
    static constexpr std::string_view id = KITH_ENV;

    explicit env(host h) : raw_(h.raw()), table_(h.service<kith_env_host>(id)) {}

    /// Empty if it is not set; valid as long as the instance. Throws kith::error for a name that is not declared.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
        kith_str out{};
        const auto status = table_->get(raw_, str(name), &out);
        if (status >= 0) return view(out);
        if (status == KITH_NOT_FOUND) return std::nullopt;
        throw error(status, "environment variable " + std::string(name) + ": " + std::string(meaning(status)));
    }

  private:
    const kith_host *raw_;
    const kith_env_host *table_;
};

} // namespace kith
