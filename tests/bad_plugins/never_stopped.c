/* SPDX-License-Identifier: MIT
 *
 * Never says that it has stopped. */
#define SAYS_STOPPED 0
#include "working_strategy.h"
