/* SPDX-License-Identifier: MIT
 *
 * Its kind does not exist: L5. */
#define KIND 9
#include "base.h"
