/* SPDX-License-Identifier: MIT
 *
 * Is not to be created with the options of the checker, and says so. */
#define SERVICES_MISSING(me) 1
#include "working_strategy.h"
