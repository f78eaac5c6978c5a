/* SPDX-License-Identifier: MIT
 *
 * Reports an observation after it has called stopped (T1). */
#define AT_STOPPED(me) (me)->discovery->heard((me)->host)
#include "working_strategy.h"
