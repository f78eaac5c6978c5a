/* SPDX-License-Identifier: MIT
 *
 * The declared size of the entry is less than that of any version: A2. */
#define ENTRY_SIZE 20
#include "base.h"
