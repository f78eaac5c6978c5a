/* SPDX-License-Identifier: MIT
 *
 * The schema of the options is not JSON: L5. */
#define OPTIONS STR("{\"type\": object}")
#include "base.h"
