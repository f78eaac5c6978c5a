/* SPDX-License-Identifier: MIT
 *
 * Contains no descriptor: L5. */
#define DESCRIPTOR_COUNT 0
#include "base.h"
