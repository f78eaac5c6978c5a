// SPDX-License-Identifier: MIT
//
// Checks and copies the arguments of kith.process/1, and words its failures. Used by every world.
#pragma once

#include <kith/service/process.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith {

struct ProcessProgram {
    std::string path, directory; ///< not empty
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> environment;
    bool input = false, output = false;
    std::uint64_t timeout = 0;    ///< nanoseconds; 0: none
    std::uint64_t grace = 0;      ///< nanoseconds, not 0
    std::uint64_t max_output = 0; ///< UINT64_MAX: unlimited

    // The texts for a program that was ended.
    std::string late() const;     // after its timeout
    std::string too_much() const; // after more output than max_output
};

/// Returns KITH_OK, or the status of a refusal with its text in `why`.
std::int32_t read_program(const kith_process_program *given, ProcessProgram &out, std::string &why);

/// The variables of the daemon's environment that every program gets.
bool is_for_programs(std::string_view variable) noexcept;

/// The last KITH_PROCESS_MAX_ERRORS bytes of standard error.
class ProcessErrors {
  public:
    void add(std::string_view said);
    const std::string &text() const noexcept { return text_; }

  private:
    std::string text_;
};

} // namespace kith
