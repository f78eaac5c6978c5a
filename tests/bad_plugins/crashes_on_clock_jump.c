/* SPDX-License-Identifier: MIT
 *
 * Crashes if the wall clock jumps (D1). */
#include <stdint.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_CLOCK)
static void jumped(void *self, int64_t delta) {
    (void)self;
    (void)delta;
    __builtin_trap();
}
#define JUMPED jumped
#include "working_strategy.h"
