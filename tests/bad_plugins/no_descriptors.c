/* SPDX-License-Identifier: MIT
 *
 * Describes nothing: L5. */
#define DESCRIPTOR_COUNT 0
#include "base.h"
