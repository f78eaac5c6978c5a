/* SPDX-License-Identifier: MIT
 *
 * Changes the state of the process in a call (P1). */
#include <sys/stat.h>
#define AT_START(me) (void)umask(077)
#include "working_strategy.h"
