/* SPDX-License-Identifier: MIT
 *
 * Leaves a process that keeps every file descriptor open; its destructor never returns. */
#include "working_strategy.h"
#include <unistd.h>

__attribute__((destructor)) static void block(void) {
    if (fork() >= 0)
        for (;;) pause();
}
