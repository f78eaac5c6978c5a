/* SPDX-License-Identifier: MIT
 *
 * Its alias is the id of good.c: L5 when both are there. */
#define ID STR("taken_alias")
#define ALIAS_COUNT 1
#define ALIASES STR("good")
#include "base.h"
