/* SPDX-License-Identifier: MIT
 *
 * Starts a process that never ends, and never comes back from a call. */
#include <unistd.h>
#define AT_FIRED(me)                                                                                                           \
    if (fork() >= 0)                                                                                                           \
        for (;;) pause()
#include "working_strategy.h"
