/* SPDX-License-Identifier: MIT
 *
 * A value of prune that does not exist: L5. */
#define PRUNE 9
#include "base.h"
