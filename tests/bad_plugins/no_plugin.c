/* SPDX-License-Identifier: MIT
 *
 * A library, but no plugin: L2. */
#define NO_ENTRY
#include "base.h"

int answer(void);
int answer(void) { return 42; }
