// SPDX-License-Identifier: MIT
//
// What the checker wants to know of a library before it is loaded. The host has a stricter reader of its own, which looks at nothing
// but segments; the SDK knows nothing of the host, and this one is content with section headers, as every linker writes them.
#pragma once

#include <string>
#include <vector>

namespace kith::check {

struct ElfFile {
    std::vector<std::string> exports; ///< symbols that others may bind to
    std::vector<std::string> unique;  ///< of these or of its own: STB_GNU_UNIQUE
    std::vector<std::string> imports; ///< undefined symbols, without their versions
    std::vector<std::string> needed;  ///< DT_NEEDED
    bool rust = false;                ///< Rust's standard library is linked into it
    bool go = false;                  ///< Go's runtime is linked into it
    bool executable_stack = false;    ///< PT_GNU_STACK is executable, or missing
    bool static_tls = false;          ///< DF_STATIC_TLS

    /// It calls a sanitizer's runtime.
    bool sanitized() const;
};

/// Throws std::runtime_error: it cannot be read, or is no shared library of this machine's width.
ElfFile read_elf(const std::string &path);

} // namespace kith::check
