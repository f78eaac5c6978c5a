/* SPDX-License-Identifier: MIT
 *
 * Uses services without checking that they exist (A1, E1). */
#define SERVICES_MISSING(me) 0
#include "working_strategy.h"
