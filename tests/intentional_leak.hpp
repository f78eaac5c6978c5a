// SPDX-License-Identifier: MIT
//
// An instance that never calls `stopped` is never destroyed, by contract. LeakSanitizer ignores what is allocated while an object of this
// class exists.
#pragma once

// The functions of LeakSanitizer; null if the program is not built with it.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" void __lsan_disable(void) __attribute__((weak));
extern "C" void __lsan_enable(void) __attribute__((weak));
// NOLINTEND(bugprone-reserved-identifier)

namespace kith::test {

class IntentionalLeak {
  public:
    IntentionalLeak() {
        if (__lsan_disable != nullptr) __lsan_disable();
    }
    ~IntentionalLeak() {
        if (__lsan_enable != nullptr) __lsan_enable();
    }
    IntentionalLeak(const IntentionalLeak &) = delete;
    IntentionalLeak &operator=(const IntentionalLeak &) = delete;
};

} // namespace kith::test
