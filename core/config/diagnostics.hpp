// SPDX-License-Identifier: MIT
//
// Errors and warnings of a configuration: position, key, what was expected, what to do.
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

// In the order of the file.
struct Diagnostics {
    std::vector<Diagnostic> errors;
    std::vector<Diagnostic> warnings;

    bool ok() const { return errors.empty(); }
};

// As text: lines of the form `file:line:col: error: key: message`, each with a newline.
std::string to_text(const Diagnostics &);

// As JSON: {"errors": [{"file", "line", "column", "key", "message"}], "warnings": [...]}, with a newline at the end.
std::string to_json(const Diagnostics &);

} // namespace kith::core
