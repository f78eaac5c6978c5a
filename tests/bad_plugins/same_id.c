/* SPDX-License-Identifier: MIT
 *
 * Its id is that of failing_create.c: L5 if both are loaded. */
#define ID STR("failing_create")
#include "base.h"
