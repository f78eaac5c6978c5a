/* SPDX-License-Identifier: MIT
 *
 * The schema of the options is JSON, but no object: L5. */
#define OPTIONS STR("[]")
#include "base.h"
