/* SPDX-License-Identifier: MIT
 *
 * Moves to the process group of the checker, so that a signal to its own group does not reach it; the call never returns. */
#include <poll.h>
#include <unistd.h>
/* Repeatedly: the checker moves it to its own group, possibly later. */
#define AT_FIRED(me)                                                                                                           \
    for (;; poll(NULL, 0, 10)) (void)!setpgid(0, getpgid(getppid()))
#include "working_strategy.h"
