// SPDX-License-Identifier: MIT
//
// An instance that never says `stopped` is never destroyed: that is its contract, and no leak. What is allocated while one of these
// lives, LeakSanitizer does not count.
#pragma once

// The names are LeakSanitizer's own; they are there when the program is built with it.
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
