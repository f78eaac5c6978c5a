/* SPDX-License-Identifier: MIT
 *
 * Waits a time that is different in each run (D1). */
static unsigned runs;
#define AT_START(me) runs++
#define DELAY (1000000000u + runs * 1000000u)
#include "working_strategy.h"
