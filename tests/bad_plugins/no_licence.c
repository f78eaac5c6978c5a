/* SPDX-License-Identifier: MIT
 *
 * Names no licence: L5. */
#define LICENCE STR("")
#include "base.h"
