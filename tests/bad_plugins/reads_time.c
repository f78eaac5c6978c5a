/* SPDX-License-Identifier: MIT
 *
 * Reads the system time (D1). */
#include <time.h>
#define DELAY (1000000000u + (unsigned)(time(NULL) & 0))
#include "working_strategy.h"
