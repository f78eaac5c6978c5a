/* SPDX-License-Identifier: MIT
 *
 * Continues to wait for a timer that could not be started (T2). */
#define TIMER_FAILS(me) (void)0
#include "working_strategy.h"
