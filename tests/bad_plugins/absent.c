/* SPDX-License-Identifier: MIT
 *
 * The library that absent_library.c needs, and never finds. */
#include <stdint.h>

int32_t absent(void);
int32_t absent(void) { return 0; }
