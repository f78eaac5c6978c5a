/* SPDX-License-Identifier: MIT
 *
 * Its constructor never returns and ignores SIGTERM. */
#include "base.h"
#include <signal.h>
#include <unistd.h>

__attribute__((constructor)) static void block(void) {
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
}
