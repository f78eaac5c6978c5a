/* SPDX-License-Identifier: MIT
 *
 * Never calls stopped. */
#define SAYS_STOPPED 0
#include "working_strategy.h"
