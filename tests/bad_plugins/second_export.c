/* SPDX-License-Identifier: MIT
 *
 * Exports a function in addition to the entry: L2. */
#include "base.h"

KITH_EXPORT int stray(void);
int stray(void) { return 0; }
