/* SPDX-License-Identifier: MIT
 *
 * The id contains invalid characters: L5. */
#define ID STR("Not An Id")
#include "base.h"
