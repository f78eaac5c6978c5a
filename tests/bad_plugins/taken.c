/* SPDX-License-Identifier: MIT
 *
 * Its id is that of good.c: L5 when both are there. */
#define ID STR("good")
#include "base.h"
