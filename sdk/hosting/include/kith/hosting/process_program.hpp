// SPDX-License-Identifier: MIT
//
// What a plugin asks of kith.process/1, checked and copied, and what it is told of failures: the same in every world.
#pragma once

#include <kith/service/process.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith {

struct ProcessProgram {
    std::string path, directory; ///< never empty
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> environment;
    bool input = false, output = false;
    std::uint64_t timeout = 0;    ///< nanoseconds; 0: none
    std::uint64_t grace = 0;      ///< nanoseconds, never 0
    std::uint64_t max_output = 0; ///< UINT64_MAX: unbounded

    // What is told when it is ended for it.
    std::string late() const;     // its timeout
    std::string too_much() const; // more than max_output
};

/// KITH_OK, or why not, with the text in `why`.
std::int32_t read_program(const kith_process_program *given, ProcessProgram &out, std::string &why);

/// Of the daemon's environment what every program gets.
bool is_for_programs(std::string_view variable) noexcept;

/// The last KITH_PROCESS_MAX_ERRORS bytes of what was said.
class ProcessErrors {
  public:
    void add(std::string_view said);
    const std::string &text() const noexcept { return text_; }

  private:
    std::string text_;
};

} // namespace kith
