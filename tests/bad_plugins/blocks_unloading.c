/* SPDX-License-Identifier: MIT
 *
 * Leaves a process that holds every descriptor open, and never comes back from its destructor. */
#include "working_strategy.h"
#include <unistd.h>

__attribute__((destructor)) static void block(void) {
    if (fork() >= 0)
        for (;;) pause();
}
