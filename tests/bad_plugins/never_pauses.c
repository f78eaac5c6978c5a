/* SPDX-License-Identifier: MIT
 *
 * Waits no time between two queries, so that no simulated time passes. */
#define DELAY 0
#include "working_strategy.h"
