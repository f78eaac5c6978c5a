/* SPDX-License-Identifier: MIT
 *
 * Its alias is the id of failing_create.c: L5 if both are loaded. */
#define ID STR("id_of_other_as_alias")
#define ALIAS_COUNT 1
#define ALIASES STR("failing_create")
#include "base.h"
