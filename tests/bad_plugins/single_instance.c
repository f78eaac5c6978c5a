/* SPDX-License-Identifier: MIT
 *
 * A mutable global: a second instance is refused (I1). */
static int alive;
#define AT_START(me)                                                                                                           \
    static const kith_str taken = STR("there is one already");                                                                 \
    if (alive) {                                                                                                               \
        (me)->host->error((me)->host, taken);                                                                                  \
        return KITH_BUSY;                                                                                                      \
    }                                                                                                                          \
    alive = 1
#define AT_DESTROY(me) alive = 0
#include "working_strategy.h"
