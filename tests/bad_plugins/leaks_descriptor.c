/* SPDX-License-Identifier: MIT
 *
 * Opens a file at each start and never closes it (P1, D1). */
#include <fcntl.h>
static int leaked;
#define AT_START(me) leaked = open("/dev/null", O_RDONLY)
#include "working_strategy.h"
