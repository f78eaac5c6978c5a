/* SPDX-License-Identifier: MIT
 *
 * The library that absent_library.c requires and that is not in the library path. */
#include <stdint.h>

int32_t absent(void);
int32_t absent(void) { return 0; }
