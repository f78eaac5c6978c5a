/* SPDX-License-Identifier: MIT
 *
 * Waits for a time that differs in each run (D1). */
static unsigned runs;
#define AT_START(me) runs++
#define DELAY (1000000000u + runs * 1000000u)
#include "working_strategy.h"
