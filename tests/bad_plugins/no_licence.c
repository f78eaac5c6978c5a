/* SPDX-License-Identifier: MIT
 *
 * The descriptor has no licence: L5. */
#define LICENCE STR("")
#include "base.h"
