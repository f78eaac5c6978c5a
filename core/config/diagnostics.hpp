// SPDX-License-Identifier: MIT
//
// What is wrong, or doubtful, in a configuration: where, which key, what was expected, what to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kith::core {

struct Diagnostic {
    std::string file;
    std::uint32_t line = 0;   // from 1; 0: the file as a whole
    std::uint32_t column = 0; // from 1, in characters
    std::string key;          // readable path, such as topologies.example.policy.grace; empty: the file as a whole
    std::string message;

    bool operator==(const Diagnostic &) const = default;
};

// All of them, in the order of the file.
struct Diagnostics {
    std::vector<Diagnostic> errors;
    std::vector<Diagnostic> warnings;

    bool ok() const { return errors.empty(); }
};

// Lines for people: `file:line:col: error: key: message`, each ending in a newline.
std::string to_text(const Diagnostics &);

// For machines: {"errors": [{"file", "line", "column", "key", "message"}], "warnings": [...]}, with a newline at the end.
std::string to_json(const Diagnostics &);

} // namespace kith::core
