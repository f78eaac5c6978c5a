/* SPDX-License-Identifier: MIT
 *
 * Of a kind that does not exist: L5. */
#define KIND 9
#include "base.h"
