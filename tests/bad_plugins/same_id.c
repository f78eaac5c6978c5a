/* SPDX-License-Identifier: MIT
 *
 * Its id is that of failing_create.c: L5 when both are there. */
#define ID STR("failing_create")
#include "base.h"
