/* SPDX-License-Identifier: MIT
 *
 * A constructor fills in the entry, so the file does not contain the version: A2. */
#define NO_ENTRY
#include "base.h"

/* The header declares the name as constant. */
KITH_EXPORT extern kith_entry entry __asm__("kith_plugin_entry");
kith_entry entry;

/* Volatile, so that the compiler does not evaluate the constructor and create a constant. */
static volatile uint32_t size = sizeof(kith_entry);

__attribute__((constructor)) static void fill(void) {
    entry = (kith_entry){size, KITH_ABI_MAJOR, KITH_ABI_MINOR, 1, descriptors, create};
}
