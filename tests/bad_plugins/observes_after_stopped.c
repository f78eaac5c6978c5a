/* SPDX-License-Identifier: MIT
 *
 * Observes after it has said that it stopped (T1). */
#define AT_STOPPED(me) (me)->discovery->heard((me)->host)
#include "working_strategy.h"
