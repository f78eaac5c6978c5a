/* SPDX-License-Identifier: MIT
 *
 * Never comes back from its constructor, and SIGTERM does not end it. */
#include "base.h"
#include <signal.h>
#include <unistd.h>

__attribute__((constructor)) static void block(void) {
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
}
