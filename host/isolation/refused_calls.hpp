// SPDX-License-Identifier: MIT
//
// The system calls that the sandbox of one process has refused, from what the process writes to its standard error. The library can write
// such lines itself, so their number is bounded.
#pragma once

#include "sandbox/refused_call.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace kith::isolation {

class RefusedCalls {
  public:
    static constexpr std::size_t most = 32;         ///< names
    static constexpr std::size_t longest_line = 64; ///< bytes; a longer one is no report

    /// Calls report(name) for each name that is new. bytes: the next part of what was written.
    template <class Report>
    void add(std::string_view bytes, Report &&report) {
        for (const char c : bytes) {
            if (c != '\n') {
                if (line_.size() <= longest_line) line_ += c;
                continue;
            }
            const auto call = refused_call(line_);
            if (call && line_.size() <= longest_line && is_name(*call) && names_.size() < most && names_.emplace(*call).second)
                report(*call);
            line_.clear();
        }
    }

  private:
    static bool is_name(std::string_view text) noexcept {
        return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
    }

    std::string line_;
    std::set<std::string, std::less<>> names_;
};

} // namespace kith::isolation
