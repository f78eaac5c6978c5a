// SPDX-License-Identifier: MIT
//
// Takes the place of libstdc++'s handler of std::terminate in what libstdc++ is linked into statically (KithStaticRuntime.cmake). That one
// brings a demangler along, 44 KB for a type's name; this one prints the name as it is. c++filt -t reads it.
#include <cstdio>
#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <typeinfo>

void __gnu_cxx::__verbose_terminate_handler() { // NOLINT(bugprone-reserved-identifier)
    static bool entered = false;                // what() may throw
    const std::type_info *const type = entered ? nullptr : abi::__cxa_current_exception_type();
    entered = true;
    if (type == nullptr) {
        std::fputs("terminate called without an active exception\n", stderr);
        std::abort();
    }
    std::fprintf(stderr, "terminate called after throwing an instance of %s\n", type->name());
    try {
        throw;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "  what():  %s\n", error.what());
    } catch (...) { // its type is all that is known of it
    }
    std::abort();
}
