/* SPDX-License-Identifier: MIT
 *
 * Has no create function: L5. */
#define CREATE NULL
#include "base.h"
