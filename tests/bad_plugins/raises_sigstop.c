/* SPDX-License-Identifier: MIT
 *
 * Stops its process (SIGSTOP), which then neither ends nor continues. */
#include <signal.h>
#define AT_FIRED(me) raise(SIGSTOP)
#include "working_strategy.h"
