/* SPDX-License-Identifier: MIT
 *
 * Starts a process in another process group that never ends (D1, P1). */
#include <unistd.h>
static void leave(void) {
    if (fork() != 0) return;
    setsid();
    for (;;) pause();
}
#define AT_START(me) leave()
#include "working_strategy.h"
