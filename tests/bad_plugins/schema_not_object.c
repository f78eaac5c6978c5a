/* SPDX-License-Identifier: MIT
 *
 * The schema of the options is JSON, but not an object: L5. */
#define OPTIONS STR("[]")
#include "base.h"
