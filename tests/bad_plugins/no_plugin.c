/* SPDX-License-Identifier: MIT
 *
 * A library that is not a plugin: L2. */
#define NO_ENTRY
#include "base.h"

int answer(void);
int answer(void) { return 42; }
