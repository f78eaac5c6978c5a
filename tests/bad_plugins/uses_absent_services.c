/* SPDX-License-Identifier: MIT
 *
 * Takes it for granted that services are there (A1, E1). */
#define SERVICES_MISSING(me) 0
#include "working_strategy.h"
