/* SPDX-License-Identifier: MIT
 *
 * Starts a process that never ends; a call of the plugin never returns. */
#include <unistd.h>
#define AT_FIRED(me)                                                                                                           \
    if (fork() >= 0)                                                                                                           \
        for (;;) pause()
#include "working_strategy.h"
