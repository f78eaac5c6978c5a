/* SPDX-License-Identifier: MIT
 *
 * Its alias is the id of failing_create.c: L5 if both are loaded. */
#define ID STR("alias_is_other_id")
#define ALIAS_COUNT 1
#define ALIASES STR("failing_create")
#include "base.h"
