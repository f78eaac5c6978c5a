// SPDX-License-Identifier: MIT
//
// Reads from an ELF file what the checker tests before the library is loaded. Needs section headers, which every linker writes. The host
// has a stricter reader that uses segments only; the SDK cannot include it.
#pragma once

#include <string>
#include <vector>

namespace kith::check {

struct ElfFile {
    std::vector<std::string> exports; ///< symbols that other libraries can bind to
    std::vector<std::string> unique;  ///< defined symbols of the binding STB_GNU_UNIQUE
    std::vector<std::string> imports; ///< undefined symbols, without their versions
    std::vector<std::string> needed;  ///< DT_NEEDED
    bool rust = false;                ///< Rust's standard library is linked into it
    bool go = false;                  ///< Go's runtime is linked into it
    bool executable_stack = false;    ///< PT_GNU_STACK is executable, or missing
    bool static_tls = false;          ///< DF_STATIC_TLS

    /// Whether the library imports functions of a sanitizer's runtime.
    bool sanitized() const;
};

/// Throws std::runtime_error when the file cannot be read or is not a 64-bit shared library.
ElfFile read_elf(const std::string &path);

} // namespace kith::check
