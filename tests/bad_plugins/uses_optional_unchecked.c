/* SPDX-License-Identifier: MIT
 *
 * Uses an optional service without checking that it exists (A1). */
#define OPTIONAL STR(KITH_CLOCK)
#define AT_START(me)                                                                                                           \
    static const kith_str id = STR(KITH_CLOCK);                                                                                \
    const kith_clock_host *clock = (me)->host->service((me)->host, id);                                                        \
    (void)clock->monotonic((me)->host)
#include "working_strategy.h"
