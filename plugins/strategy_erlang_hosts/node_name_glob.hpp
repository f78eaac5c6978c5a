// SPDX-License-Identifier: MIT
#pragma once

#include <kith/result.hpp>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace erlang_hosts {

/// A glob for node names, as in policy.include: * any characters, ? one, [abc] [a-z] [!a-z] one of a set, \x the character itself. The
/// whole name must match. Matching takes at most (length of the pattern) x (length of the name) steps.
class Glob {
  public:
    /// Throws kith::error (KITH_INVALID) with the error in the pattern.
    explicit Glob(std::string_view pattern);
    /// name: UTF-8.
    [[nodiscard]] bool matches(std::string_view name) const;

  private:
    struct Step {
        enum class Kind : std::uint8_t { any, in, not_in };
        Kind kind = Kind::in;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges; // empty for `any`, which matches any number of characters

        [[nodiscard]] bool takes(std::uint32_t character) const noexcept;
    };
    std::vector<Step> steps_;
};

} // namespace erlang_hosts
