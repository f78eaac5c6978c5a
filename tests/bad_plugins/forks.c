/* SPDX-License-Identifier: MIT
 *
 * Starts a process that never ends (D1, P1), and that is in no group of ours. */
#include <unistd.h>
static void leave(void) {
    if (fork() != 0) return;
    setsid();
    for (;;) pause();
}
#define AT_START(me) leave()
#include "working_strategy.h"
