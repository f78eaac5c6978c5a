/* SPDX-License-Identifier: MIT
 *
 * Its one descriptor is null: L5. */
#define DESCRIPTOR NULL
#include "base.h"
