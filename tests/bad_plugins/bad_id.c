/* SPDX-License-Identifier: MIT
 *
 * The id has letters that no id has: L5. */
#define ID STR("Not An Id")
#include "base.h"
