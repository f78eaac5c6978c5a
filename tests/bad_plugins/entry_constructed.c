/* SPDX-License-Identifier: MIT
 *
 * The entry is filled in by a constructor, so the file does not tell the version: A2. */
#define NO_ENTRY
#include "base.h"

/* The header has declared the name as constant. */
KITH_EXPORT extern kith_entry entry __asm__("kith_plugin_entry");
kith_entry entry;

/* Volatile, or a compiler does the constructor's work itself and makes a constant of it after all. */
static volatile uint32_t size = sizeof(kith_entry);

__attribute__((constructor)) static void fill(void) {
    entry = (kith_entry){size, KITH_ABI_MAJOR, KITH_ABI_MINOR, 1, descriptors, create};
}
