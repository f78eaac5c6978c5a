/* SPDX-License-Identifier: MIT
 *
 * The declared size of the entry is greater than its size: A2. */
#define ENTRY_SIZE 4000
#include "base.h"
