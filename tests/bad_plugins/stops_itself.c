/* SPDX-License-Identifier: MIT
 *
 * Stops its process, which then neither ends nor goes on. */
#include <signal.h>
#define AT_FIRED(me) raise(SIGSTOP)
#include "working_strategy.h"
