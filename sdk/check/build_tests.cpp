// SPDX-License-Identifier: MIT
//
// What the compiler and the linker have put into the file, and what holds for the whole process once it is loaded.
#include "checker_test.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>

namespace kith::check {

namespace {

void executable_stack(const TestInput &input) {
    if (!input.elf.executable_stack) return;
    throw RuleViolation(
        "it asks for an executable stack (PT_GNU_STACK is missing, or is RWE), and by loading it the stacks of the "
        "whole process "
        "become executable. In C and in Fortran the cause is a function inside another function whose address is "
        "taken: make it a "
        "function of its own. In assembler it is a file without the line .section .note.GNU-stack,\"\",%progbits. "
        "-Wl,--warn-execstack names the object file");
}

void static_tls(const TestInput &input) {
    skip_when_sanitized(input);
    if (!input.elf.static_tls) return;
    if (input.elf.go)
        throw RuleViolation(
            "its thread-local variables want a place in the static TLS block (DF_STATIC_TLS), as those of Go's runtime "
            "always do: write a program instead, which the strategy exec runs");
    throw RuleViolation(
        "its thread-local variables want a place in the static TLS block (DF_STATIC_TLS), of which a running process has "
        "little left: it may be loaded here and refused elsewhere. Build it, and each static library in it, with -fPIC "
        "-ftls-model=global-dynamic, and without the attribute tls_model");
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
            throw TestSkipped("it is built with a sanitizer, as is the checker, or its runtime was loaded first");
    throw RuleViolation(
        "it is built with a sanitizer" + (found.empty() ? std::string() : " (needs " + list(found) + ")") +
        ", whose runtime takes over the memory and signals of the whole process. Build what is installed without "
        "-fsanitize. " +
        std::string(sanitizer_remedy));
}

void go_runtime(const TestInput &input) {
    if (!input.elf.go) throw TestSkipped("it holds no Go runtime");
    const PluginLibrary library(input);
    for (const auto *d : library.descriptors())
        if ((d->flags & KITH_FLAG_THREADS) == 0)
            throw RuleViolation(
                std::string(view(d->id)) +
                ": it holds the Go runtime, which starts threads and sets signal handlers as soon as it is loaded, and both "
                "stay until the process ends: its descriptor must have KITH_FLAG_THREADS. A program of its own, run by "
                "the strategy exec, leaves nothing in the daemon");
}

constexpr Test tests[] = {
    {"executable_stack", "L2", "leaves the stacks of the process not executable", executable_stack},
    {"static_tls", "L2", "needs no place in the static TLS block", static_tls},
    {"sanitizer", "L2", "brings no sanitizer's runtime into the process", sanitizer},
    {"go_runtime", "P1",
     "declares the threads of Go's runtime; these, its signal handlers and the library stay until the process ends",
     go_runtime},
};

} // namespace

std::span<const Test> build_tests() noexcept { return tests; }

} // namespace kith::check
