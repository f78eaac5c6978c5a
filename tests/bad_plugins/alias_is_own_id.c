/* SPDX-License-Identifier: MIT
 *
 * Its alias is its own id: L5. */
#define ALIAS_COUNT 1
#define ALIASES STR("bad")
#include "base.h"
