/* SPDX-License-Identifier: MIT
 *
 * The entry is a function: L2. */
#define NO_ENTRY
#include "base.h"

/* The header declares the name as data. */
KITH_EXPORT const kith_entry *entry(void) __asm__("kith_plugin_entry");
const kith_entry *entry(void) { return NULL; }
