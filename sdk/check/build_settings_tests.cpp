// SPDX-License-Identifier: MIT
//
// Compiler and linker settings of the file that affect the whole process once it is loaded.
#include "plugin_test.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>

namespace kith::check {

namespace {

void executable_stack(const TestInput &input) {
    if (!input.elf.executable_stack) return;
    throw RuleViolation("it requires an executable stack (PT_GNU_STACK is missing or RWE), so loading it makes the stacks of "
                        "the whole process executable. In C and Fortran the cause is a nested function whose address is taken: "
                        "move it out of the enclosing function. In assembler the cause is a file without the line .section "
                        ".note.GNU-stack,\"\",%progbits. The linker option -Wl,--warn-execstack names the object file");
}

void static_tls(const TestInput &input) {
    skip_when_sanitized(input);
    if (!input.elf.static_tls) return;
    if (input.elf.go)
        throw RuleViolation("its thread-local variables need space in the static TLS block (DF_STATIC_TLS), as those of Go's "
                            "runtime always do: write a program instead, and run it with the strategy exec");
    throw RuleViolation("its thread-local variables need space in the static TLS block (DF_STATIC_TLS). A running process has "
                        "little of it left, so loading can succeed here and fail elsewhere. Build the plugin, and each static "
                        "library in it, with -fPIC -ftls-model=global-dynamic and without the attribute tls_model");
}

bool is_runtime(std::string_view library) {
    static constexpr std::array runtimes{"libasan.so",   "libubsan.so", "libtsan.so",  "liblsan.so",
                                         "libhwasan.so", "libmsan.so",  "libclang_rt."};
    return std::ranges::any_of(runtimes, [library](std::string_view name) { return library.starts_with(name); });
}

void sanitizer(const TestInput &input) {
    std::vector<std::string> found;
    std::ranges::copy_if(input.elf.needed, std::back_inserter(found), is_runtime);
    if (found.empty() && !input.elf.sanitized()) return;
    for (const char *loaded : {"__asan_init", "__tsan_init", "__ubsan_handle_type_mismatch_v1", "__msan_init"})
        if (dlsym(RTLD_DEFAULT, loaded) != nullptr)
            throw TestSkipped("it is built with a sanitizer whose runtime is part of the checker or was loaded before it");
    throw RuleViolation("it is built with a sanitizer" + (found.empty() ? std::string() : " (needs " + list(found) + ")") +
                        ", whose runtime replaces memory allocation and signal handlers of the whole process. Build plugins "
                        "for installation without -fsanitize.  " +
                        std::string(sanitizer_remedy));
}

void go_runtime(const TestInput &input) {
    if (!input.elf.go) throw TestSkipped("it does not contain the Go runtime");
    const PluginLibrary library(input);
    for (const auto *d : library.descriptors())
        if ((d->flags & KITH_FLAG_THREADS) == 0)
            throw RuleViolation(std::string(view(d->id)) +
                                ": it contains the Go runtime, which starts threads and sets signal handlers when it is "
                                "loaded; both remain until the process ends. Its descriptor must have KITH_FLAG_THREADS. A "
                                "separate program, run by the strategy exec, leaves nothing in the daemon");
}

constexpr Test build_settings_test_table[] = {
    {"executable_stack", "L2", "does not make the stacks of the process executable", executable_stack},
    {"static_tls", "L2", "needs no space in the static TLS block", static_tls},
    {"sanitizer", "L2", "does not load a sanitizer's runtime into the process", sanitizer},
    {"go_runtime", "P1",
     "declares the threads of Go's runtime; they, its signal handlers and the library remain until the process ends",
     go_runtime},
};

} // namespace

std::span<const Test> build_settings_tests() noexcept { return build_settings_test_table; }

} // namespace kith::check
