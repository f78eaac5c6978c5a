/* SPDX-License-Identifier: MIT
 *
 * Leaks a kilobyte each second. */
static void *volatile lost;
#define AT_FIRED(me) lost = malloc(1024)
#include "working_strategy.h"
